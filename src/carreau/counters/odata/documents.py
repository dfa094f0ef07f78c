"""The two documents that a program reads first: the list of tables, and what their columns are (CSDL 4.0, XML).

What Power Query asks of the second is kept to: one schema, a namespace without version, keys that are never null,
no navigation, types of OData 4.0 alone (OData Common Schema Definition Language 4.0, OASIS, 2014).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from xml.sax.saxutils import quoteattr

from carreau.house.feeds import Feed
from carreau.terms import Column, ColumnType

NAMESPACE: Final = "Carreau"
TYPES: Final[Mapping[ColumnType, str]] = {
    "text": "Edm.String",
    "integer": "Edm.Int64",
    "number": "Edm.Double",
    "boolean": "Edm.Boolean",
    "date": "Edm.Date",
}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w{0,127}", re.ASCII)
_DESCRIPTION: Final = "Org.OData.Core.V1.Description"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def told_columns(feed: Feed) -> tuple[Column, ...]:
    """The columns of a table that OData can name and type; a contour is not one of them."""
    return tuple(column for column in feed.columns if column.type in TYPES and _IDENTIFIER.fullmatch(column.name))


def service_document(feeds: Iterable[Feed], root: str) -> bytes:
    """The list of the tables, as JSON."""
    sets = [
        {"name": feed.entity_set, "title": feed.title, "kind": "EntitySet", "url": feed.entity_set} for feed in feeds
    ]
    said = {"@odata.context": f"{root}/$metadata", "value": sets}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def metadata_document(feeds: Iterable[Feed]) -> bytes:
    """What each table and each column is: type, whether it may be empty, description; as CSDL 4.0 XML."""
    offered = tuple(feeds)
    types = "".join(part for feed in offered for part in _entity_type(feed))
    sets = "".join(
        f"<EntitySet Name={_quoted(feed.entity_set)} EntityType={_quoted(f'{NAMESPACE}.{feed.entity_set}')}>"
        f"{_annotation(feed.title)}</EntitySet>"
        for feed in offered
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'{types}<EntityContainer Name="Tables">{sets}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    ).encode()


def _entity_type(feed: Feed) -> Iterator[str]:
    """The type of the rows of one table."""
    yield f"<EntityType Name={_quoted(feed.entity_set)}><Key><PropertyRef Name={_quoted(feed.key)}/></Key>"
    for column in told_columns(feed):
        never_empty = ' Nullable="false"' if column.name == feed.key else ""
        yield f"<Property Name={_quoted(column.name)} Type={_quoted(TYPES[column.type])}{never_empty}>"
        yield f"{_annotation(_said(column))}</Property>"
    yield "</EntityType>"


def _said(column: Column) -> str:
    """The description of a column, with its unit."""
    return f"{column.description} ({column.unit})" if column.unit else column.description


def _annotation(text: str) -> str:
    """A description, as an annotation of the core vocabulary."""
    return f'<Annotation Term="{_DESCRIPTION}" String={_quoted(text)}/>'


def _quoted(text: str) -> str:
    """``text`` as the value of an attribute."""
    return quoteattr(_CONTROL.sub(" ", text), {"\n": " ", "\t": " ", "\r": " "})
