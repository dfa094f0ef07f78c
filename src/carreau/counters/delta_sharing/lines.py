"""The lines of Delta Sharing: protocol, table, files, each one JSON object on one line; in both forms of answers.

Source: Delta Sharing Protocol (delta-io/delta-sharing, PROTOCOL.md), and the readers that were measured: the list of
tables must be one line, and an address that the Rust reader opens must carry a signature under a name that it knows.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from carreau.house.feeds import Feed
from carreau.terms import Column, ColumnType

Form = Literal["parquet", "delta"]
CAPABILITIES: Final = "delta-sharing-capabilities"
TABLE_VERSION: Final = "delta-table-version"
_TYPES: Final[Mapping[ColumnType, str]] = {
    "text": "string", "integer": "long", "number": "double", "boolean": "boolean", "date": "date", "geometry": "binary",
}  # fmt: skip
_FORMAT: Final = {"provider": "parquet"}
_CHANGES: Final = {"delta.enableChangeDataFeed": "true"}
_NAMESPACE: Final = uuid.UUID("6f1a1a3e-5a6f-5b6e-9d0c-6c6172726561")


@dataclass(frozen=True, slots=True)
class Told:
    """A table as a reader is told of it: what identifies its content, its version, when that was made."""

    feed: Feed
    identity: str
    version: int
    made_at: datetime

    @property
    def id(self) -> str:
        """A UUID that stays the same for the same table and the same rights."""
        return str(uuid.uuid5(_NAMESPACE, self.identity))

    @property
    def milliseconds(self) -> int:
        """When its version was made, in milliseconds since 1970."""
        return int(self.made_at.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a table: where it is to be read, a name that stays, its size, its rows, until when the link holds."""

    url: str
    id: str
    size: int
    rows: int
    expires_at: int


def form_of(asked: str) -> Form:
    """The form to answer in, from the ``delta-sharing-capabilities`` of the request: Delta for whoever reads it.

    It was measured to be the faster of the two, and moves each byte once.

    >>> form_of("responseformat=delta,parquet;readerfeatures=deletionvectors"), form_of("")
    ('delta', 'parquet')
    """
    wishes = dict(part.strip().lower().partition("=")[::2] for part in asked.split(";"))
    forms = {form.strip() for form in wishes.get("responseformat", "parquet").split(",")}
    return "delta" if "delta" in forms else "parquet"


def protocol(form: Form, *, changes: bool = False) -> dict[str, Any]:
    """What a reader must be able to do: as little as there is."""
    if form == "parquet":
        return {"protocol": {"minReaderVersion": 1}}
    return {"protocol": {"deltaProtocol": {"minReaderVersion": 1, "minWriterVersion": 4 if changes else 2}}}


def metadata(told: Told, form: Form) -> dict[str, Any]:
    """What the table is: identity, name, description, columns."""
    facts: dict[str, Any] = {
        "id": told.id,
        "name": told.feed.name,
        "description": told.feed.title,
        "format": dict(_FORMAT),
        "schemaString": schema_string(told.feed.columns),
        "partitionColumns": [],
        "configuration": dict(_CHANGES),
    }
    if form == "parquet":
        return {"metaData": {**facts, "version": told.version}}
    facts = {**facts, "format": {**_FORMAT, "options": {}}, "createdTime": told.milliseconds}
    return {"metaData": {"deltaMetadata": facts, "version": told.version}}


def file_line(file: File, told: Told, form: Form) -> dict[str, Any]:
    """One file of the table."""
    stats = json.dumps({"numRecords": file.rows}, separators=(",", ":"))
    if form == "parquet":
        facts = {"url": file.url, "id": file.id, "partitionValues": {}, "size": file.size, "stats": stats}
        return {"file": {**facts, "version": told.version, "timestamp": told.milliseconds} | _expiring(file)}
    return {"file": {"id": file.id, "deltaSingleAction": {"add": _added(file, told, stats)}} | _expiring(file)}


def change_line(file: File, told: Told, form: Form) -> dict[str, Any]:
    """One file whose rows all appeared with this version."""
    moment = {"version": told.version, "timestamp": told.milliseconds}
    stats = json.dumps({"numRecords": file.rows}, separators=(",", ":"))
    if form == "parquet":
        facts = {"url": file.url, "id": file.id, "partitionValues": {}, "size": file.size, "stats": stats}
        return {"add": {**facts, **moment} | _expiring(file)}
    action = {"add": _added(file, told, stats)}
    return {"file": {"id": file.id, "deltaSingleAction": action, **moment} | _expiring(file)}


def schema_string(columns: Iterable[Column]) -> str:
    """The columns as Delta describes them: a JSON text, with each description as a comment."""
    fields = [
        {
            "name": column.name,
            "type": _TYPES[column.type],
            "nullable": True,
            "metadata": {"comment": f"{column.description} ({column.unit})" if column.unit else column.description},
        }
        for column in columns
    ]
    return json.dumps({"type": "struct", "fields": fields}, ensure_ascii=False, separators=(",", ":"))


def lines_of(objects: Iterable[Mapping[str, Any]]) -> bytes:
    """Each object on its own line."""
    return b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in objects)


def _added(file: File, told: Told, stats: str) -> dict[str, Any]:
    """The action of Delta that adds a file."""
    return {
        "path": file.url,
        "partitionValues": {},
        "size": file.size,
        "modificationTime": told.milliseconds,
        "dataChange": True,
        "stats": stats,
    }


def _expiring(file: File) -> dict[str, Any]:
    """Until when the link of a file holds, in milliseconds."""
    return {"expirationTimestamp": file.expires_at}
