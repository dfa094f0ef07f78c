"""Reading of the IRIS contours (GeoParquet, shapefile, WFS export) and of INSEE's reference list.

One row per IRIS, contours in EPSG:4326. The official shapefile is in the legal projection of its territory
(Lambert-93 for metropolitan France, each overseas department its own): it is projected from what its ``.prj``
says.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.geometries import Shapes, areas_of, crs_of, decoded, features_of, shapes_of
from carreau.sources.ign_iris.shapefile import shapefile_of
from carreau.sources.reading import expect_columns, parquet_of
from carreau.sources.tabular import Form, published_table
from carreau.sources.tidy import one_row_per

_NAMES: Final = {
    "CODE_IRIS": ("CODE_IRIS", "code_iris", "DCOMIRIS"),
    "INSEE_COM": ("INSEE_COM", "code_insee", "DEPCOM"),
    "NOM_COM": ("NOM_COM", "nom_commune"),
    "NOM_IRIS": ("NOM_IRIS", "nom_iris"),
    "TYP_IRIS": ("TYP_IRIS", "type_iris"),
}


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``iris`` of a contours file, or ``references`` of INSEE's list, sorted by code.

    :class:`~carreau.errors.Broken` when the file is unreadable in its declared layout, has no code, or two
    rows of one code that differ.
    """
    layout = file.published.layout
    if layout == "references":
        return (_references(file),)
    readers = {"geoparquet": _geoparquet, "shp": _shapefile, "geojson": _geojson}
    return (_iris(file, *readers[layout](file)),)


def _references(file: Fetched) -> Sourced:
    """INSEE's reference list; every column is text."""
    table, encoding = published_table(file, Form("*.csv"))
    expect_columns(file, table, ("CODE_IRIS", "DEPCOM"))
    once, repeated = _once(file, table)
    return conformed(file, "references", once, encoding + repeated)


def _geoparquet(file: Fetched) -> tuple[pa.Table, Shapes]:
    """The facts and shapes of a GeoParquet file."""
    table = parquet_of(file)
    expect_columns(file, table, ("geometry",))
    crs = crs_of(table.schema, file.name)
    shapes = areas_of(decoded(table["geometry"], file.name), crs, table["geometry"])
    return table.drop_columns(["geometry"]), shapes


def _shapefile(file: Fetched) -> tuple[pa.Table, Shapes]:
    """The facts and shapes of the official shapefile, whatever it is packed in."""
    facts, geometries, crs = shapefile_of(file.path, file.name)
    return _texts(facts), areas_of(geometries, crs)


def _geojson(file: Fetched) -> tuple[pa.Table, Shapes]:
    """The facts and shapes of the WFS export."""
    with opened(file.path, "*json") as stream:
        features = list(features_of(stream, file.name))
    geometries = shapes_of(features, file.name) if features else np.empty(0, object)
    return _texts([feature.properties for feature in features]), areas_of(geometries)


def _texts(facts: list[dict[str, Any]]) -> pa.Table:
    """Rows of properties as a table of text, of the columns that are read."""
    names = [name for names in _NAMES.values() for name in names if facts and name in facts[0]]
    return pa.table({name: pa.array([_text(row[name]) for row in facts], pa.string()) for name in names})


def _text(value: object) -> str | None:
    """A property as text; an empty one is null."""
    return None if value is None or value == "" else str(value)


def _iris(file: Fetched, facts: pa.Table, shapes: Shapes) -> Sourced:
    """The declared table, from facts under any of the publishers' names."""
    found = {
        ours: facts[theirs] for ours,
        names in _NAMES.items() for theirs in names[::-1] if theirs in facts.column_names
    }
    if "CODE_IRIS" not in found or not facts.num_rows:
        raise Broken(
            f"{file.name} ne contient aucun IRIS", given=", ".join(facts.column_names[:12]) or "aucune ligne",
            expected="une colonne CODE_IRIS à neuf caractères",
            advice="vérifier que le fichier est bien celui des contours d'IRIS",
        )
    once, remarks = _once(file, pa.table(found | {"geometry": shapes.wkb}))
    return conformed(file, "iris", once, remarks + shapes.remarks)


def _once(file: Fetched, table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """One row per code, sorted; identical rows are one, different rows of one code are refused."""
    codes = table["CODE_IRIS"].cast(pa.string())
    wrong = pc.invert(pc.fill_null(pc.match_substring_regex(codes, r"^\d[0-9AB]\d{7}$"), False))
    if pc.any(wrong).as_py():
        raise Broken(
            f"{file.name} contient des codes d'IRIS qui n'en sont pas",
            given=str(codes.filter(wrong)[0].as_py()),
            expected="neuf caractères, zéro de tête compris (010010000)",
            advice="ne pas ouvrir le fichier dans un tableur, qui ôte les zéros",
        )
    once, remarks = one_row_per(table, ["CODE_IRIS"], file.name)
    return once.sort_by("CODE_IRIS"), remarks
