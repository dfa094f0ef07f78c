"""Where the figures come from: each source, its files, how much of it is shown, hidden or borrowed in a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from carreau.house.reading_catalogue import indicator_columns
from carreau.sources.manifest import STATUSES
from carreau.terms import Column, Schema

HIDDEN = ("masqué", "secret", "non significatif")


def sources_facts(
    lineage: Iterable[Mapping[str, str]], declared: Mapping[str, Any], counts: Mapping[str, Mapping[str, int]]
) -> list[dict[str, Any]]:
    """Each source of a release: title, publisher, licence, address, vintages, files, and its ``counts``."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for entry in lineage:
        found.setdefault(entry["source"], []).append(entry)
    return [
        {
            "id": source,
            "title": entries[0]["title"],
            "publisher": entries[0]["publisher"],
            "licence": entries[0]["licence"],
            "url": str(declared[source].url) if source in declared else "",
            "description": " ".join(str(declared[source].description).split()) if source in declared else "",
            "vintages": list(dict.fromkeys(entry["vintage"] for entry in entries)),
            "status": max((entry["status"] for entry in entries), key=STATUSES.index),
            "files": [{name: entry[name] for name in ("name", "vintage", "status", "digest")} for entry in entries],
            **counts.get(source, {"indicators": 0, "covered": 0, "imputed": 0, "hidden": 0, "total": 0}),
        }
        for source, entries in found.items()
    ]


def source_counts(schema: Schema, table: pa.Table) -> dict[str, dict[str, int]]:
    """By source, over the rows of ``table``: how many indicators it serves, and of their figures how many are shown
    (``covered``), shown but borrowed from a larger place (``imputed``), hidden by a rule of secrecy (``hidden``)."""
    totals: dict[str, dict[str, int]] = {}
    for column in indicator_columns(schema):
        counted = _counted(column, table)
        for source in sources_behind(column):
            total = totals.setdefault(source, dict.fromkeys(("indicators", *counted), 0))
            total["indicators"] += 1
            for name, number in counted.items():
                total[name] += number
    return totals


def sources_behind(column: Column) -> Sequence[str]:
    """The identifiers of the sources that a column is made from."""
    return list(dict.fromkeys(part.split(" : ")[0].strip() for part in column.provenance.source.split(" ; ")))


def _counted(column: Column, table: pa.Table) -> dict[str, int]:
    """Of the figures of one indicator: how many are shown, borrowed, hidden, and how many there could be."""
    shown, reasons = table[column.name].is_valid(), table[f"{column.name}_statut"]
    secret = [pc.starts_with(reasons, start) for start in HIDDEN]
    hidden = pc.or_(pc.or_(secret[0], secret[1]), secret[2])
    return {
        "covered": _number(shown),
        "imputed": _number(pc.and_(shown, reasons.is_valid())),
        "hidden": _number(pc.and_(pc.fill_null(hidden, False), pc.invert(shown))),
        "total": table.num_rows,
    }


def _number(mask: pa.ChunkedArray) -> int:
    """How many are true."""
    return int(pc.sum(mask).as_py() or 0)
