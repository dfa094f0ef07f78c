"""The reading of a file that a person brings: apart, then joined to the places served, with a report in French."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.guard.own import OWN, counted
from carreau.house.served import Served
from carreau.house.space_items import Brought
from carreau.places.brought.figures import Figures, Floats, figures_of, weight_among
from carreau.places.brought.joined import ROWS, UP, Joined, carried, joined_by_codes, joined_by_counts
from carreau.places.brought.keys import Key, Known, hinted_columns, key_of, texts_of
from carreau.places.brought.near import unknown_codes
from carreau.places.brought.personal import refuse_personal
from carreau.places.brought.points import Points, points_of
from carreau.places.brought.written import READERS
from carreau.sources.brought import read_apart
from carreau.sources.brought.bounds import figure
from carreau.sources.brought.headers import plain
from carreau.terms import Slice

__all__ = ["COUNTS", "UP", "brought", "figures_at", "known_places"]

COUNTS: Final = ROWS
_SHOWN: Final = 50  # unknown codes told
_PREVIEW: Final = 8
_NAMES: Final = ("libelle", "libelle_commune")
_RULES: Final = {"somme": "somme des lignes d'un lieu", "moyenne": "moyenne des lignes d'un lieu"}


def brought(path: Path, name: str, served: Served) -> Brought:
    """What is kept of the file at ``path``, called ``name``: its figures by place, and the report of its reading."""
    shown = plain(name) or "fichier sans nom"
    table, remarks = read_apart(path, shown)
    refuse_personal(table)
    places = known_places(served)
    key, points = key_of(table, places), points_of(table)
    if key is not None and key.known.any() and not _rather(points, key):
        return _by_codes(table, key, places[key.level], {"name": shown, "remarks": list(remarks)})
    if points is not None and points.placed.any() and "bureau" in places:
        return _by_points(table, points, served, {"name": shown, "remarks": list(remarks)})
    raise _nowhere(table, shown, places)


def known_places(served: Served) -> Mapping[str, Known]:
    """The codes and names of the places served, by level, the finest first; read once."""
    held: Mapping[str, Known] | None = served.memory.get("space places")
    if held is None:
        held = {level: _known(served, level) for level in READERS if level in served.levels}
        served.memory["space places"] = held
    return held


def figures_at(joined: Joined, level: str, known: Known) -> tuple[Any, dict[str, Floats]]:
    """The number of rows and the figures of a file at a level, in the order of its places."""
    return carried(joined, level, known.codes)


def _known(served: Served, level: str) -> Known:
    """The codes and names of the places of one level, in the order of its release."""
    release = served.levels[level]
    names = release.schema.names
    label = next((name for name in _NAMES if name in names), names[0])
    table = release.asked(Slice(columns=(names[0], label))).arrow()
    return Known(tuple(table[names[0]].to_pylist()), tuple(text or "" for text in table[label].to_pylist()))


def _rather(points: Points | None, key: Key) -> bool:
    """Whether points say better where the rows are than a code does: many rows share a wide place."""
    if points is None or not points.placed.any() or key.level in {"bureau", "iris"}:
        return False
    return len(set(key.codes[key.known])) * 2 < int(key.known.sum())


def _by_codes(table: pa.Table, key: Key, known: Known, told: dict[str, Any]) -> Brought:
    """The figures of a file whose rows name their place, and its report."""
    figures = [figures_of(name, table[name]) for name in table.column_names if name not in key.columns]
    kept = pa.array(key.known)
    joined = joined_by_codes(
        key.level, key.codes[key.known], [_kept(one, key.known) for one in figures if one.rule is not None]
    )
    unknown = _unmatched(table, key)
    columns = [_column(name, "key", table, {"mapped": False}) for name in key.columns]
    columns += [_figure(one, weight_among(figures), key.level) for one in figures]
    report = {
        **told, "rows": table.num_rows, "level": key.level, "key": " + ".join(key.columns), "points": False,
        "joined": int(key.known.sum()), "places": joined.table.num_rows, "columns": [_lines(key.level), *columns],
        "unmatched": unknown_codes(unknown, known, _SHOWN), "unmatched_count": len(set(unknown)),
        "remarks": [*told["remarks"], *_remarks(table, key, joined)],
        "preview": _preview(table.filter(kept)),
    }  # fmt: skip
    return Brought(joined, report)


def _by_points(table: pa.Table, points: Points, served: Served, told: dict[str, Any]) -> Brought:
    """How many points of a file lie in each polling station, and its report: no row, no other figure is kept."""
    placed = points.placed
    counts = counted(served.levels["bureau"], points.longitudes[placed], points.latitudes[placed])
    found = int(counts.sum())
    if not found:
        raise Broken(
            "aucun de ces points n'est dans un lieu servi ici",
            given=f"{figure(int(placed.sum()))} point(s) ({points.system})",
            expected=f"des points dans {served.territory}",
            advice="vérifier l'ordre des colonnes et leur système de coordonnées",
        )
    joined = joined_by_counts("bureau", known_places(served)["bureau"].codes, counts)
    lost, blank = int(placed.sum()) - found, int((~placed).sum())
    said = (
        (lost, f"{figure(lost)} point(s) hors de tout contour"),
        (blank, f"{figure(blank)} ligne(s) sans coordonnées utilisables"),
    )
    columns = [_column(name, "key", table, {"mapped": False}) for name in points.columns]
    left = {"mapped": False, "remark": "non gardée : seuls des comptes de points sont gardés"}
    columns += [_column(name, "text", table, left) for name in table.column_names if name not in points.columns]
    report = {
        **told, "rows": table.num_rows, "level": "point", "key": ", ".join(points.columns), "points": True,
        "joined": found, "places": joined.table.num_rows, "unmatched": [], "unmatched_count": 0, "preview": [],
        "columns": [_lines("bureau", "Nombre de points"), *columns],
        "remarks": [
            *told["remarks"], *(sentence for count, sentence in said if count),
            f"coordonnées lues en {points.system}, comptées par bureau de vote, et non gardées",
            f"un lieu de moins de {OWN.k} points ne montre pas son compte : chacun peut être une personne",
        ],
    }  # fmt: skip
    return Brought(joined, report)


def _kept(one: Figures, known: np.ndarray[Any, np.dtype[np.bool_]]) -> Figures:
    """A column of figures, of the rows whose place is known."""
    numbers = None if one.numbers is None else one.numbers[known]
    return Figures(one.name, one.kind, one.filled, one.odd, one.rule, numbers)


def _unmatched(table: pa.Table, key: Key) -> list[str]:
    """What the rows that were not joined say of their place: their code, or what was written when it is none."""
    written = zip(*(texts_of(table[name]) for name in key.columns), strict=True)
    rows = zip(key.codes, key.known, written, strict=True)
    return [code or plain(" ".join(filter(None, cells)), 40) for code, known, cells in rows if not known and any(cells)]


def _lines(level: str, title: str = "Nombre de lignes") -> dict[str, Any]:
    """The column that counts the rows of each place."""
    return {"name": COUNTS, "title": title, "type": "integer", "mapped": True, "level": level}


def _column(name: str, kind: str, table: pa.Table, more: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a column."""
    column = table[name]
    return {"name": name, "title": name, "type": kind, "filled": len(column) - column.null_count, **more}


def _figure(one: Figures, weight: Figures | None, level: str) -> dict[str, Any]:
    """What is told of a column that is no key: how it was read, how it adds up, whether a map can show it."""
    said = [_RULES[one.rule]] if one.rule else []
    if one.rule == "moyenne" and weight is not None and weight.name != one.name:
        said = [f"moyenne pondérée par « {weight.name} »"]
    said += [f"{figure(one.odd)} cellule(s) laissée(s) vide(s) : ce ne sont pas des nombres"] if one.odd else []
    return {
        "name": one.name, "title": one.name, "type": one.kind, "filled": one.filled, "mapped": one.rule is not None,
        "level": level if one.rule else None, "rule": one.rule, "remark": " ; ".join(said),
    }  # fmt: skip


def _remarks(table: pa.Table, key: Key, joined: Joined) -> list[str]:
    """What a reader is told of how the rows were joined."""
    empty = sum(not any(cells) for cells in zip(*(texts_of(table[name]) for name in key.columns), strict=True))
    twice = int(key.known.sum()) - joined.table.num_rows
    said = (
        (key.repaired, f"{figure(key.repaired)} code(s) rétabli(s) : zéros, séparateurs, arrondissements"),
        (empty, f"{figure(empty)} ligne(s) sans code"),
        (twice, f"{figure(twice)} ligne(s) reprennent un lieu déjà nommé : sommes et moyennes par lieu"),
    )
    return [sentence for count, sentence in said if count]


def _preview(table: pa.Table) -> list[dict[str, str | None]]:
    """The first rows, as text that can do nothing."""
    columns = [texts_of(table[name].slice(0, _PREVIEW)) for name in table.column_names]
    shown = [[None if text is None else plain(text, 80) for text in texts] for texts in columns]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*shown, strict=True)]


def _nowhere(table: pa.Table, name: str, places: Mapping[str, Known]) -> Broken:
    """The error for a file that does not say where its figures are, or says it of places that are not served."""
    hinted = hinted_columns(table)
    if hinted:
        cells = pc.drop_null(table[hinted[0]].cast(pa.string())).unique().slice(0, 4).to_pylist()
        coded = any(sign.isdigit() for cell in cells for sign in cell)
        foreign = f"les codes de « {name} » ne sont pas ceux de lieux servis ici"
        advice = "vérifier le territoire et le millésime des codes, ou la colonne qui les contient"
        return Broken(
            foreign if coded else f"« {name} » nomme ses lieux sans donner leur code",
            given=f"colonne « {hinted[0]} » : {', '.join(plain(cell, 30) for cell in cells) or 'vide'}",
            expected=f"par exemple {', '.join(known.codes[0] for known in places.values() if known.codes)}",
            advice=advice if coded else "ajouter une colonne « code_commune » : plusieurs communes ont le même nom",
        )
    return Broken(
        f"« {name} » ne dit pas où sont ses chiffres",
        given=f"colonnes : {', '.join(table.column_names[:8])}",
        expected="un code Insee de commune, un code IRIS, un code de bureau (69123_0101), ou des coordonnées",
        advice="nommer la colonne « code_commune », « code_iris », « code_bureau », ou « latitude » et « longitude »",
    )
