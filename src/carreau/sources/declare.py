"""What a source declares of itself in ``source.toml``, and the two tables it can be in.

``Fetched`` is a publisher's file as published, kept with its digest; ``Sourced`` is a table read from it.
A source is a folder of ``carreau.sources`` that holds a ``source.toml`` and a ``read.py`` with one function
``read(file: Fetched) -> tuple[Sourced, ...]``. It is discovered: no list names it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from carreau.errors import Broken
from carreau.terms import Column, ColumnType, Role, Schema

ARROW_TYPES: Final[Mapping[str, pa.DataType]] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "geometry": pa.binary(),
}
_QUOTED: Final = re.compile(r"'([^']{1,80})'")
_FRENCH_TYPES: Final[Mapping[str, str]] = {
    "text": "du texte",
    "integer": "un nombre entier",
    "number": "un nombre",
    "boolean": "vrai ou faux",
    "date": "une date",
    "geometry": "une géométrie",
}


@dataclass(frozen=True, slots=True)
class Published:
    """One file (or family of files) that a publisher serves: its name, where, its vintage, its layout.

    ``name`` may hold ``*``. ``folder`` (a pattern too) tells apart two files that share a published name;
    it is used only when a mirror holds several files of that name.
    """

    key: str
    name: str
    vintage: str
    layout: str
    url: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as its ``source.toml`` declares it: who publishes, under which licence, which files and tables."""

    id: str
    title: str
    publisher: str
    url: str
    licence: str
    description: str
    personal: bool
    basis: str
    files: tuple[Published, ...]
    tables: Mapping[str, Schema]
    folder: Path


@dataclass(frozen=True, slots=True)
class Fetched:
    """A published file at rest in the workspace, as published: ``digest`` is the sha256 of its bytes."""

    source: Source
    published: Published
    name: str
    path: Path
    digest: str
    status: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Sourced:
    """A table read from one fetched file: ``name`` is one of ``source.tables``, ``remarks`` what was met on the way.

    ``remarks`` are French sentences with their counts (« 3 lignes en double écartées »): nothing is repaired silently.
    """

    file: Fetched
    name: str
    table: pa.Table
    remarks: tuple[str, ...] = ()

    @property
    def schema(self) -> Schema:
        """The declared schema of this table."""
        return self.file.source.tables[self.name]


def source_of(folder: Path) -> Source:
    """The source declared by ``folder/source.toml``; :class:`~carreau.errors.Broken` names what is wrong in it."""
    path = folder / "source.toml"
    facts = tomllib.loads(path.read_text("utf-8"))
    try:
        return Source(
            id=folder.name,
            **{
                name: facts[name]
                for name in ("title", "publisher", "url", "licence", "description", "personal", "basis")
            },
            files=tuple(Published(**entry) for entry in facts["files"]),
            tables={name: _schema(entry) for name, entry in facts["tables"].items()},
            folder=folder,
        )
    except (KeyError, TypeError) as error:
        raise Broken(
            f"{folder.name}/source.toml est incomplet",
            given=str(error),
            expected="title, publisher, url, licence, description, personal, basis, [[files]], [tables.*]",
            advice="voir docs/how-to/add-a-source.md",
        ) from error


def _schema(entry: Mapping[str, Any]) -> Schema:
    """The schema of one ``[tables.NAME]``: its sentence and its columns."""
    return Schema(entry["rows"], tuple(_column(column) for column in entry["columns"]))


def _column(entry: Mapping[str, Any]) -> Column:
    """One column of a table, its role read as a :class:`~carreau.terms.Role`."""
    kind: ColumnType = entry["type"]
    rest = {name: value for name, value in entry.items() if name not in {"type", "role"}}
    return Column(type=kind, role=Role(entry.get("role", "measure")), **rest)


def conformed(file: Fetched, name: str, table: pa.Table, remarks: tuple[str, ...] = ()) -> Sourced:
    """``table`` as the declared table ``name`` of its source: every declared column, in order, with its type.

    A declared column that the file lacks is all null (older vintages have fewer columns) unless it is a key or is
    not nullable: then :class:`~carreau.errors.Broken` names the file, what it held and what was expected.
    """
    schema = file.source.tables[name]
    arrays = []
    for column in schema.columns:
        kind = ARROW_TYPES[column.type]
        if column.name in table.column_names:
            arrays.append(_typed(file, column, table[column.name]))
        elif column.nullable and column.role is not Role.KEY:
            arrays.append(pa.nulls(table.num_rows, kind))
        else:
            raise Broken(
                f"{file.name} n'a pas la colonne « {column.name} »",
                given=", ".join(table.column_names[:12]),
                expected=f"{schema.rows}, avec {column.name} : {column.description}",
                advice="vérifier que le fichier est bien celui du millésime déclaré, ou ajouter sa mise en page",
            )
    return Sourced(file, name, pa.table(arrays, names=list(schema.names)), remarks)


def _typed(file: Fetched, column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values of a column as its declared type; :class:`~carreau.errors.Broken` names both when they are not."""
    try:
        return values.cast(ARROW_TYPES[column.type])
    except pa.ArrowException as error:
        raise Broken(
            f"{file.name} : la colonne « {column.name} » n'est pas du type déclaré",
            given=f"« {cell[1]} »" if (cell := _QUOTED.search(str(error))) else f"des cellules {values.type}",
            expected=f"{_FRENCH_TYPES[column.type]} : {column.description}",
            advice="vérifier que le fichier est bien celui du millésime déclaré",
        ) from error
