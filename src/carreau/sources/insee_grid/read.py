"""Reads INSEE's 200 m grid of Filosofi: 2015, 2017, 2019 and 2021, as shipped (7z in a zip) or plain.

One row per inhabited cell, under the lower-case names of 2019; the corner of the cell comes from its Inspire
identifier (``CRS3035RES200mN<north>E<east>``, south-west corner in metres). Layouts: INSEE's documentation
of the gridded data, one page per vintage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import members, opened
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.tidy import integers, numbers, one_row_per, table_of

_KEY: Final = "idcar_200m"
_OLD_NAMES: Final[Mapping[str, str]] = {
    "idinspire": _KEY,
    "id_carr1km": "idcar_1km",
    "id_carr_n": "idcar_nat",
    "i_est_cr": "i_est_200",
    "depcom": "lcog_geo",
}
_READERS: Final[Mapping[str, Callable[[pa.ChunkedArray, str], pa.Array]]] = {
    "text": lambda column, _: column,
    "integer": integers,
    "number": numbers,
}
_CORNER: Final = r"^CRS(?P<crs>\d{4})RES200mN(?P<north>-?\d+)E(?P<east>-?\d+)$"
_TERRITORIES: Final = ("*200m_met*.csv", "*200m_mart*.csv", "*200m_reun*.csv")


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table ``carreaux`` of one grid file: one row per cell of all the territories that it holds.

    Counts are decimal: they are estimates, and ``i_est_200 = 1`` marks imputed cells. ``codes_communes``
    lists the communes that a cell touches. Raises :class:`~carreau.errors.Broken` when the file is
    truncated, has an identifier that is not a 200 m cell, or gives two different rows for one cell.
    """
    raw = pa.concat_tables(_territories(file), promote_options="default")
    raw, remarks = one_row_per(raw, [_KEY], file.name)
    columns = {
        column.name: _READERS[column.type](raw[column.name], column.name)
        for column in file.source.tables["carreaux"].columns
        if column.name in raw.column_names
    }
    columns |= _corners(raw[_KEY], file)
    if "lcog_geo" in raw.column_names:
        columns["codes_communes"] = communes_touched(raw["lcog_geo"], file.name)
    table = pa.table(columns)
    return (conformed(file, "carreaux", table, remarks + _imputed(table)),)


def _territories(file: Fetched) -> Iterator[pa.Table]:
    """The text table of each territory of the file, under the names of 2019."""
    inside = [member.base.lower() for member in members(file.path)]
    found = [pattern for pattern in _TERRITORIES if any(fnmatch(name, pattern) for name in inside)]
    for pattern in found or ["*"]:
        with opened(file.path, pattern) as stream:
            raw = table_of(stream, delimiter=",", encoding="utf-8", name=file.name)
        lower = [name.lower() for name in raw.column_names]
        raw = raw.rename_columns([_OLD_NAMES.get(name, name) for name in lower])
        if _KEY not in raw.column_names:
            raise Broken(
                f"{file.name} n'a pas l'identifiant des carreaux", given=", ".join(lower[:12]),
                expected="une colonne idcar_200m (IdINSPIRE en 2015) et des virgules entre les colonnes",
                advice="vérifier que le fichier est bien celui des carreaux de 200 m",
            )
        yield raw


def _corners(identifiers: pa.ChunkedArray, file: Fetched) -> dict[str, pa.ChunkedArray]:
    """The coordinate system of the cells and their south-west corner, in metres."""
    corner = pc.extract_regex(identifiers, pattern=_CORNER)
    strange = identifiers.filter(pc.invert(pc.is_valid(corner)))
    if len(strange):
        raise Broken(
            f"{file.name} contient {len(strange)} identifiant(s) qui ne sont pas ceux d'un carreau de 200 m",
            given=f"« {strange[0].as_py()} »", expected="CRS3035RES200mN2459200E3985000",
            advice="vérifier que le fichier est bien celui des carreaux de 200 m",
        )
    crs, north, east = (pc.struct_field(corner, name) for name in ("crs", "north", "east"))
    return {
        "crs": pc.binary_join_element_wise("EPSG", crs, ":"),
        "cellule_est": east.cast(pa.int64()),
        "cellule_nord": north.cast(pa.int64()),
    }


def communes_touched(joined: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    """The communes that each cell touches: codes of five characters, with a comma between.

    INSEE writes them joined, other copies with a separator; a first zero lost by a spreadsheet is given back.
    Raises :class:`~carreau.errors.Broken`, with the file's ``name``, when a text is not made of codes.

    >>> communes_touched(pa.chunked_array([["7737393051"]]), "x.csv").to_pylist()
    ['77373,93051']
    """
    bare = pc.replace_substring_regex(joined, "[^0-9A-Z]", "")
    length = pc.utf8_length(bare)
    whole = pc.multiply(pc.divide(length, 5), 5)
    over = pc.subtract(length, whole)
    bare = pc.if_else(pc.equal(over, 4), pc.binary_join_element_wise("0", bare, ""), bare)
    odd = pc.fill_null(pc.is_in(over, value_set=pa.array([1, 2, 3], over.type)), False)
    if pc.any(odd).as_py():
        raise Broken(
            f"{name} a des codes de communes de longueur inattendue (lcog_geo)",
            given=f"« {joined.filter(odd)[0].as_py()} »", expected="des codes de 5 caractères, accolés",
            advice="télécharger de nouveau le fichier du producteur, sans l'ouvrir dans un tableur",
        )
    return pc.utf8_rtrim(pc.replace_substring_regex(bare, "(.{5})", "\\1,"), ",")


def _imputed(table: pa.Table) -> tuple[str, ...]:
    """One sentence on how many cells hold imputed values."""
    if "i_est_200" not in table.column_names:
        return ()
    count = pc.sum(pc.equal(table["i_est_200"], 1)).as_py() or 0
    return (f"{count} carreau(x) sur {table.num_rows} aux valeurs imputées (i_est_200 = 1)",) if count else ()
