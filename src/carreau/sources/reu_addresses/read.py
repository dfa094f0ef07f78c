"""Reading of the electoral roll's tables: addresses with their station, and stations.

The roll writes its station identifiers without leading zeros (``29039_1``); they come out padded
(``29039_0001``), as everywhere in the house. Columns are read by name: the twelve-column table and its
seven-column extracts both come out the same. The text of an address is kept as published, where the table has it: who
reads it further takes the name of the street out of it.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.reading import expect_columns, parquet_of
from carreau.sources.tabular import Form, published_table
from carreau.sources.tidy import numbers, one_row_per

_ADDRESSES: Final = {
    "id_brut_bv_reu": "bv_id",
    "code_commune_ref": "code_commune",
    "longitude": "longitude",
    "latitude": "latitude",
    "geo_adresse": "geo_adresse",
    "geo_type": "geo_type",
    "geo_score": "geo_score",
    "nb_adresses": "nb_adresses",
}
_STATIONS: Final = {
    "id_brut_reu": "bv_id",
    "id_brut_miom": "id_miom",
    "code_commune": "code_commune",
    "code": "code_bv",
    "libelle_reu": "libelle_bv",
    "commune_reu": "libelle_commune",
    "nb_adresses": "nb_adresses",
}
_NUMBERS: Final = ("longitude", "latitude", "geo_score", "nb_adresses")
_MINISTRY: Final = r"^(?P<commune>\d[0-9AB]\d{3}|ZZ\d{3})_(?P<code>\S+)$"
_DISTRICTS: Final = "^(751|6938|132)"
_ADVICE: Final = "vérifier que le fichier est bien une table du répertoire électoral unique"


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``adresses`` (one row per address and station) or ``bureaux`` (one row per station).

    :class:`~carreau.errors.Broken` when the file is unreadable, lacks the station's identifier or the
    position of the addresses, or (stations) describes one station twice, differently.
    """
    stations = file.published.layout.startswith("bureaux")
    wanted = _STATIONS if stations else _ADDRESSES
    table, remarks = _table(file, wanted)
    if "bv_id" not in table.column_names:
        name = next(iter(wanted))
        raise Broken(
            f"{file.name} n'a pas la colonne « {name} »", given=", ".join(table.column_names[:12]),
            expected="l'identifiant du bureau de vote de chaque ligne, par exemple 29039_1", advice=_ADVICE,
        )
    keyed, aside = _keyed(file, table)
    if not stations:
        expect_columns(file, keyed, ("longitude", "latitude"))
        return (conformed(file, "adresses", keyed, remarks + aside + _in_districts(keyed)),)
    once, repeated = one_row_per(_linked(keyed), ["id_reu"], file.name)
    return (conformed(file, "bureaux", once.sort_by("id_reu"), remarks + aside + repeated),)


def _in_districts(addresses: pa.Table) -> tuple[str, ...]:
    """A remark on the addresses that the roll attaches to a district of Paris, Lyon or Marseille."""
    count = pc.sum(pc.match_substring_regex(addresses["bv_id"], _DISTRICTS)).as_py() or 0
    what = "adresse(s) de Paris, Lyon ou Marseille sous l'identifiant de leur arrondissement"
    return (f"{count} {what} (la table des bureaux donne celui du ministère)",) if count else ()


def _linked(stations: pa.Table) -> pa.Table:
    """The stations with their key in the roll and, beside, the ministry's.

    The ministry's identifier of an overseas station has letters (``ZA101_1``): the commune and the station's
    own code say the same in the geographic code.
    """
    own = linked = stations["bv_id"]
    if "code_bv" in stations.column_names:
        commune = pc.utf8_lpad(stations["code_commune"].cast(pa.string()), 5, "0")
        code = pc.utf8_trim_whitespace(stations["code_bv"].cast(pa.string()))
        linked = pc.coalesce(_key(commune, code), own)
    if "id_miom" in stations.column_names:
        parts = pc.extract_regex(pc.utf8_upper(stations["id_miom"].cast(pa.string())), _MINISTRY)
        theirs = _key(pc.struct_field(parts, "commune"), pc.struct_field(parts, "code"))
        linked = pc.coalesce(theirs, linked)
    place = stations.column_names.index("bv_id")
    return stations.append_column("id_reu", own).set_column(place, "bv_id", linked)


def _key(commune: pa.ChunkedArray, code: pa.ChunkedArray) -> pa.ChunkedArray:
    """A station's key out of its commune and its own code."""
    return pc.binary_join_element_wise(commune, pc.utf8_lpad(code, 4, "0"), "_")


def _table(file: Fetched, wanted: dict[str, str]) -> tuple[pa.Table, tuple[str, ...]]:
    """The wanted columns of a Parquet or CSV (comma or semicolon) file, under our names, numbers parsed."""
    if file.published.layout.endswith("parquet"):
        return _renamed(parquet_of(file, list(wanted)), wanted), ()
    table, remarks = published_table(file, Form("*.csv"))
    renamed = _renamed(table, wanted)
    for place, name in enumerate(renamed.column_names):
        if name in _NUMBERS:
            renamed = renamed.set_column(place, name, numbers(renamed[name], name))
    return renamed, remarks


def _renamed(table: pa.Table, wanted: dict[str, str]) -> pa.Table:
    """The wanted columns under our names, the first of two names of one column kept."""
    ours: dict[str, pa.ChunkedArray] = {}
    for theirs, name in wanted.items():
        if theirs in table.column_names:
            ours.setdefault(name, table[theirs])
    return pa.table(ours)


def _keyed(file: Fetched, table: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """The table with padded station keys; rows without a station are set aside and counted."""
    codes = table["bv_id"].cast(pa.string()).combine_chunks().dictionary_encode()
    known = pc.fill_null(pc.match_substring_regex(codes.dictionary, r"^[0-9A-Za-z]{5}_\S+$"), False)
    if not pc.any(known).as_py():
        raise Broken(
            f"{file.name} ne contient aucun identifiant de bureau de vote",
            given=", ".join(map(str, codes.dictionary[:3].to_pylist())) or "aucune ligne",
            expected="des identifiants comme 29039_1", advice=_ADVICE,
        )
    published = pc.if_else(known, codes.dictionary, pa.scalar(None, pa.string()))
    commune = pc.utf8_upper(pc.utf8_slice_codeunits(published, 0, 5))
    station = pc.utf8_upper(pc.utf8_lpad(pc.utf8_slice_codeunits(published, 6), 4, "0"))
    place = table.column_names.index("bv_id")
    bv_id = pc.binary_join_element_wise(commune, station, "_").take(codes.indices)
    keyed = table.set_column(place, "bv_id", bv_id)
    if "code_commune" not in keyed.column_names:
        keyed = keyed.append_column("code_commune", commune.take(codes.indices))
    if not bv_id.null_count:
        return keyed, ()
    return keyed.filter(bv_id.is_valid()), (f"{bv_id.null_count} ligne(s) sans bureau de vote écartée(s)",)
