"""Reading of the stations' contours: the national GeoParquet table, and the state's GeoJSON file.

One row per station in both cases. Rows of one station (the GeoJSON file cuts some stations in up to thirty
pieces) are joined by union. Contours are valid areas in EPSG:4326; a station without contour keeps its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from carreau.errors import Broken
from carreau.sources.archive import opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.geometries import Feature, Geometries, areas_of, crs_of, decoded, features_of, shapes_of
from carreau.sources.reading import expect_columns, parquet_of

_BATCH: Final = 5_000
_ETALAB: Final = {
    "codeCommune": "code_commune",
    "nomCommune": "libelle_commune",
    "numeroBureauVote": "code_bv",
    "codeCirconscription": "code_circonscription",
}


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``stations`` of a contours file, one row per station, sorted by ``bv_id``.

    :class:`~carreau.errors.Broken` when the file cannot be read in its declared layout (``geoparquet``,
    ``geojson``).
    """
    return (_geojson(file) if file.published.layout == "geojson" else _geoparquet(file),)


def _geoparquet(file: Fetched) -> Sourced:
    """The stations of the national table; the publisher's own columns carry our names already."""
    table = parquet_of(file)
    expect_columns(file, table, ("code_commune", "code_bv", "geometry"))
    shapes = areas_of(
        decoded(table["geometry"], file.name), crs_of(table.schema, file.name), table["geometry"]
    )
    facts = table.drop_columns(["geometry"])
    return _stations(file, facts.append_column("geometry", shapes.wkb), shapes.remarks)


def _geojson(file: Fetched) -> Sourced:
    """The stations of the state's GeoJSON file, read feature by feature."""
    facts: list[dict[str, Any]] = []
    pieces: list[Geometries] = []
    with opened(file.path, "*.geojson") as stream:
        for batch in _batches(features_of(stream, file.name)):
            facts += [_facts(feature) for feature in batch]
            pieces.append(shapes_of(batch, file.name))
    if not facts:
        raise Broken(
            f"{file.name} ne contient aucun bureau de vote", given="une collection vide",
            expected="un objet GeoJSON par bureau", advice="télécharger à nouveau le fichier",
        )
    table = pa.Table.from_pylist(facts, schema=pa.schema([(name, pa.string()) for name in _ETALAB.values()]))
    for column in ("code_commune", "code_bv"):
        if table[column].null_count:
            raise Broken(
                f"{file.name} : {table[column].null_count} bureaux n'ont pas de {column}",
                given=", ".join(_ETALAB),
                expected="les propriétés codeCommune et numeroBureauVote",
                advice="vérifier le millésime du fichier",
            )
    shapes = areas_of(np.concatenate(pieces))
    return _stations(file, table.append_column("geometry", shapes.wkb), shapes.remarks)


def _facts(feature: Feature) -> dict[str, Any]:
    """The properties of a feature under our names; a whole number is a code, written without decimals."""
    values = {ours: feature.properties.get(theirs) for theirs, ours in _ETALAB.items()}
    return {name: None if value in (None, "") else str(value) for name, value in values.items()}


def _batches(features: Iterator[Feature]) -> Iterator[list[Feature]]:
    """Features by thousands, so that GEOS reads them together and few are in memory."""
    while batch := list(islice(features, _BATCH)):
        yield batch


def _stations(file: Fetched, table: pa.Table, remarks: tuple[str, ...]) -> Sourced:
    """The stations with their key and department, one row each, and what was met on the way."""
    code = pc.utf8_upper(pc.utf8_lpad(pc.utf8_trim_whitespace(table["code_bv"].cast(pa.string())), 4, "0"))
    commune = table["code_commune"].cast(pa.string())
    prefix = pc.utf8_slice_codeunits(commune, 0, 2)
    overseas = pc.is_in(prefix, pa.array(["97", "98"]))
    columns = {name: table[name] for name in table.column_names} | {
        "bv_id": pc.binary_join_element_wise(commune, code, "_"),
        "code_bv": code,
        "code_commune": commune,
        "code_departement": pc.if_else(overseas, pc.utf8_slice_codeunits(commune, 0, 3), prefix),
    }
    whole, dissolved = _dissolved(pa.table(columns).sort_by("bv_id"), file)
    missing = whole["geometry"].null_count
    if missing:
        remarks += (f"{missing} bureau(x) de vote sur {whole.num_rows} sans contour",)
    return conformed(file, "stations", whole, dissolved + remarks)


def _dissolved(table: pa.Table, file: Fetched) -> tuple[pa.Table, tuple[str, ...]]:
    """One row per ``bv_id`` of a sorted table: the pieces of a station are joined, the rest must agree."""
    counts = pc.value_counts(table["bv_id"])
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(repeated):
        return table, ()
    several = pc.is_in(table["bv_id"], repeated)
    pieces = table.filter(several)
    first: dict[str, dict[str, Any]] = {}
    parts: dict[str, list[bytes]] = defaultdict(list)
    for row in pieces.to_pylist():
        geometry, bv_id = row.pop("geometry"), row["bv_id"]
        if first.setdefault(bv_id, row) != row:
            raise Broken(
                f"{file.name} décrit deux fois le bureau {bv_id}, différemment",
                given=f"{first[bv_id]} puis {row}",
                expected="les mêmes informations sur chaque morceau d'un bureau",
                advice="vérifier le fichier auprès de l'éditeur",
            )
        parts[bv_id] += [geometry] if geometry is not None else []
    joined = [row | {"geometry": _union(parts[bv_id])} for bv_id, row in first.items()]
    whole = pa.Table.from_pylist(joined, schema=table.schema)
    merged = pa.concat_tables([table.filter(pc.invert(several)), whole])
    remark = f"{pieces.num_rows} morceau(x) de {len(joined)} bureau(x) de vote réunis, un contour par bureau"
    return merged.sort_by("bv_id"), (remark,)


def _union(parts: list[bytes]) -> bytes | None:
    """The union of the pieces of one station, null when none has a contour."""
    joined: bytes | None = shapely.to_wkb(shapely.union_all(shapely.from_wkb(parts))) if parts else None
    return joined

