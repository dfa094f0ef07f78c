"""How the figures were checked: tables of measured cover, read in the files that the benches write.

Nothing is measured here, and no figure is copied: words are in ``checked.toml``, figures in ``coverage.toml``, in
``inference/measured.toml`` and in the declarations of the products.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

Facts = Mapping[str, Any]
Table = dict[str, Any]
HELD: Final = ("held_50", "held_80", "held_90")


@cache
def checks() -> dict[str, list[Table]]:
    """The tables of checks: what was measured, on what, when, with a row per case; titles in both languages."""
    return {"checks": [_crossings(), _profile(), _parts(), _types()]}


def _crossings() -> Table:
    """The votes of groups and the transfers, on towns whose truth is known."""
    words, told = _words()["crossings"], _read("carreau.inference", "measured.toml")
    rows = [
        {**names, "values": {**told[kind], "held_90": told[kind]["held"]}}
        for kind, names in words["rows"].items()
        if kind in told
    ]
    names = ("shares", "told", *HELD, "misplaced", "baseline")
    return _table("crossings", names, rows, told)


def _profile() -> Table:
    """The figures of the profile."""
    words, told = _words()["profile"], _read("carreau.house", "coverage.toml")
    rows = [
        {**_joined(words["rows"][row["case"]], words["figures"][row["figures"]]), "values": row} for row in told["row"]
    ]
    return _table("profile", ("number", *HELD), rows, told)


def _parts() -> Table:
    """The points of themes in what is expected of a station."""
    told = _read("carreau.products.associations", "product.toml")["parts"]
    return _table("parts", HELD, [{**row, "values": row} for row in told["held"]], told)


def _types() -> Table:
    """How stable the types of stations are."""
    told = _read("carreau.products.electoral_profile", "types.toml")
    rows = [{**names, "values": told["stability"][name]} for name, names in _words()["types"]["rows"].items()]
    return _table("types", ("ensemble", "familles"), rows, told)


def _table(name: str, columns: Iterable[str], rows: list[Table], told: Facts) -> Table:
    """A table, its columns being those that a row at least has; each row has a value or none under each."""
    words = _words()
    kept = [column for column in columns if any(column in row["values"] for row in rows)]
    return {
        "id": name,
        **{part: words[name][part] for part in ("products", "title", "title_en", "about", "about_en")},
        "source": str(told["source"]),
        "date": str(told.get("date", "")),
        "columns": [{"name": column, "unit": "", **words["columns"][column]} for column in kept],
        "rows": [
            {**{part: row[part] for part in ("title", "title_en")}, "values": [row["values"].get(one) for one in kept]}
            for row in rows
        ],
    }


def _joined(first: Facts, second: Facts) -> dict[str, str]:
    """Two titles as one: « Villes d'essai, répartition par les adresses : parts »."""
    return {
        "title": f"{first['title']}\u202f: {second['title']}",
        "title_en": f"{first['title_en']}: {second['title_en']}",
    }


@cache
def _words() -> Facts:
    """The words of the tables."""
    return _read("carreau.house", "checked.toml")


def _read(package: str, name: str) -> Facts:
    """A file of facts beside the code."""
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))
