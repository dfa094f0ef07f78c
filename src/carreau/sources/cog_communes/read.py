"""Reading of the official geographic code, of the groups of communes, and of the contours of communes.

``communes`` keeps every type: a delegated commune often bears the code of a former commune, or of the new one
it belongs to, so that a code is unique only beside its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import members
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.geometries import areas_of, crs_of, decoded
from carreau.sources.reading import expect_columns, parquet_of
from carreau.sources.tabular import Form, published_table
from carreau.sources.tidy import one_row_per

_COMMUNES: Final = {
    "code_commune": "COM", "type": "TYPECOM", "libelle": "LIBELLE", "code_departement": "DEP",
    "code_region": "REG",
    "code_parent": "COMPARENT",
}
_OVERSEAS: Final = {"code_commune": "COM_COMER", "libelle": "LIBELLE", "code_departement": "COMER"}
_DEPARTMENTS: Final = {"code_departement": "DEP", "libelle": "LIBELLE", "code_region": "REG"}
_COLLECTIVITIES: Final = {"code_departement": "COMER", "libelle": "LIBELLE"}
_CHANGES: Final = {
    "date_effet": "DATE_EFF", "mod": "MOD", "type_avant": "TYPECOM_AV", "code_avant": "COM_AV",
    "libelle_avant": "LIBELLE_AV", "type_apres": "TYPECOM_AP", "code_apres": "COM_AP",
    "libelle_apres": "LIBELLE_AP",
}
_GROUPS: Final = {"code_commune": "CODGEO", "code_epci": "EPCI", "libelle_epci": "LIBEPCI"}
_ABROAD: Final = "99"
_CODE_AND_TYPE: Final = [("code_commune", "ascending"), ("type", "ascending")]
_BY_DATE: Final = ("date_effet", "code_avant", "code_apres", "mod", "type_avant", "type_apres")


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The tables of one file: ``communes``, ``departements`` and ``mouvements`` of the geographic code, or
    ``epci``, ``contours``, ``circonscriptions``, as its layout says; each sorted by its key.

    :class:`~carreau.errors.Broken` when a table is unreadable, lacks a column, or contradicts itself.
    """
    layout = file.published.layout
    if layout == "cog":
        return (_communes(file), _departments(file), _changes(file))
    readers = {"epci": _groups, "contours": _contours, "circonscriptions": _constituencies}
    return (readers[layout](file),)


def _communes(file: Fetched) -> Sourced:
    """Every commune of every type, those of the overseas collectivities included."""
    table = _columns(file, "v_commune_2*.csv", _COMMUNES)
    # INSEE repeats no department on a delegated or associated commune: its own code says it
    place = table.column_names.index("code_departement")
    known = pc.coalesce(table["code_departement"], _department(table["code_commune"]))
    table = table.set_column(place, "code_departement", known)
    if _has(file, "v_commune_comer_"):
        overseas = _columns(file, "v_commune_comer_*.csv", _OVERSEAS)
        kind = pa.array(["COMER"] * overseas.num_rows)
        table = pa.concat_tables([table, overseas.append_column("type", kind)], promote_options="default")
    once, remarks = one_row_per(table, ["code_commune", "type"], file.name)
    return conformed(file, "communes", once.sort_by(_CODE_AND_TYPE), remarks)


def _departments(file: Fetched) -> Sourced:
    """Departments, and overseas collectivities when the archive lists them."""
    table = _columns(file, "v_departement_*.csv", _DEPARTMENTS)
    if _has(file, "v_comer_"):
        overseas = _columns(file, "v_comer_*.csv", _COLLECTIVITIES)
        table = pa.concat_tables([table, overseas], promote_options="default")
    once, remarks = one_row_per(table, ["code_departement"], file.name)
    return conformed(file, "departements", once.sort_by("code_departement"), remarks)


def _changes(file: Fetched) -> Sourced:
    """Mergers, creations and changes of name or code, most recent last."""
    table = _columns(file, "v_mvt_commune_*.csv", _CHANGES)
    try:
        day = pc.strptime(table["date_effet"], format="%Y-%m-%d", unit="s").cast(pa.date32())
    except pa.ArrowInvalid as error:
        raise Broken(
            f"{file.name} : une date d'effet n'est pas une date", given=str(error)[:80],
            expected="2026-01-01",
            advice="reprendre le fichier de l'Insee, sans l'ouvrir dans un tableur",
        ) from error
    dated = table.set_column(table.column_names.index("date_effet"), "date_effet", day)
    return conformed(file, "mouvements", dated.sort_by([(name, "ascending") for name in _BY_DATE]))


def _groups(file: Fetched) -> Sourced:
    """The group of communes of each commune."""
    table = _columns(file, "*.csv", _GROUPS)
    once, remarks = one_row_per(table, ["code_commune"], file.name)
    return conformed(file, "epci", once.sort_by("code_commune"), remarks)


def _contours(file: Fetched) -> Sourced:
    """The contours of communes, all types."""
    table = parquet_of(file)
    expect_columns(file, table, ("code", "type", "nom", "geometry"))
    crs = crs_of(table.schema, file.name)
    shapes = areas_of(decoded(table["geometry"], file.name), crs, table["geometry"])
    code = table["code"].cast(pa.string())
    named = pa.table({
        "code_commune": code, "type": table["type"], "libelle": table["nom"],
        "code_departement": _department(code), "geometry": shapes.wkb,
    })
    once, remarks = one_row_per(named, ["code_commune", "type"], file.name)
    return conformed(file, "contours", once.sort_by(_CODE_AND_TYPE), remarks + shapes.remarks)


def _constituencies(file: Fetched) -> Sourced:
    """The constituencies as the house writes them: ``69-01`` is ``6901``, ``99-01`` (abroad) ``ZZ01``."""
    table = parquet_of(file)
    expect_columns(file, table, ("code", "geometry"))
    crs = crs_of(table.schema, file.name)
    shapes = areas_of(decoded(table["geometry"], file.name), crs, table["geometry"])
    parts = pc.split_pattern(table["code"].cast(pa.string()), "-")
    department = pc.list_element(parts, 0)
    department = pc.if_else(pc.equal(department, _ABROAD), "ZZ", department)
    code = pc.binary_join_element_wise(department, pc.list_element(parts, 1), "")
    named = pa.table({"code_circonscription": code, "code_departement": department, "geometry": shapes.wkb})
    once, remarks = one_row_per(named, ["code_circonscription"], file.name)
    missing = once["geometry"].null_count
    without = (f"{missing} circonscription(s) sans contour, dont celles de l'étranger",) if missing else ()
    said = remarks + shapes.remarks + without
    return conformed(file, "circonscriptions", once.sort_by("code_circonscription"), said)


def _columns(file: Fetched, pattern: str, wanted: Mapping[str, str]) -> pa.Table:
    """The wanted columns of one member of the archive, under our names."""
    table, _ = published_table(file, Form(pattern))
    expect_columns(file, table, tuple(wanted.values()))
    return pa.table({ours: table[theirs] for ours, theirs in wanted.items()})


def _has(file: Fetched, prefix: str) -> bool:
    """Whether the archive holds a member whose name starts with ``prefix``."""
    return any(member.base.lower().startswith(prefix) for member in members(file.path))


def _department(commune: pa.ChunkedArray) -> pa.ChunkedArray:
    """The department that a commune's code names: three characters overseas, two elsewhere."""
    prefix = pc.utf8_slice_codeunits(commune, 0, 2)
    overseas = pc.is_in(prefix, pa.array(["97", "98"]))
    return pc.if_else(overseas, pc.utf8_slice_codeunits(commune, 0, 3), prefix)
