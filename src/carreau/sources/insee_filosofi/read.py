"""Reads Filosofi, INSEE's localised social and fiscal file: income and poverty by IRIS and by commune.

Names lose their base and vintage: ``DISP_S80S2021`` becomes ``S80S20``, ``Q219`` becomes ``MED``. Each
measure has its ``<measure>_statut``: a secrecy mark (s, ns, nd, so) leaves the value null. Layouts: INSEE's
dictionary of variables, published beside each file, 2014 to 2021.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.sources.archive import members
from carreau.sources.declare import Fetched, Sourced, conformed
from carreau.sources.insee_filosofi.long import is_long, wide
from carreau.sources.tabular import Form, keyed, published_table
from carreau.sources.tidy import numbers_and_statuses

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "Q2": "MED",
    "NBMENFISC": "NBMEN",
    "NBPERSMENFISC": "NBPERS",
    "note": "NOTE",
}


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The table of one Filosofi file: ``iris`` (one row per IRIS and base) or ``communes`` (one per commune).

    Amounts are in euros per year and consumption unit, shares in per cent (``PIMPOT`` is negative). A
    marked or blank cell is null, never zero. Raises :class:`~carreau.errors.Broken` when the file is
    truncated, holds another vintage or base, lacks its key or its median, or contradicts itself.
    """
    kind, _, base = file.published.layout.partition(":")
    raw, remarks = published_table(file, _form(file, base))
    if kind == "iris":
        table, counted = keyed(file, _named(raw, file, "iris", f"{base}_"), {"IRIS": 9})
        table = _with(table, {
            "COM": pc.utf8_slice_codeunits(table["IRIS"], 0, 5),
            "base": pa.repeat(base, table.num_rows),
        })
    elif is_long(raw):
        table, counted = wide(raw, file)
    else:
        table, counted = keyed(file, _named(raw, file, "communes", ""), {"CODGEO": 5})
    figures, told = _figures(table, file, kind)
    return (conformed(file, kind, figures, remarks + counted + told),)


def _form(file: Fetched, base: str) -> Form:
    """Where the table is inside the file: archives by commune also hold other levels and populations."""
    if base:
        return Form(sheets=(f"IRIS_{base}",))
    year = file.published.vintage[-4:]
    inside = [member.base for member in members(file.path)]
    patterns = (f"FILO{year}_DISP_COM.*", f"cc_filosofi_{year}_COM.*", "DS_FILOSOFI_CC*_data.*")
    member = next((pattern for pattern in patterns if any(fnmatch(name, pattern) for name in inside)), "*")
    return Form(member if len(inside) > 1 else "*", sheets=("ENSEMBLE", "COM"))


def _named(raw: pa.Table, file: Fetched, name: str, prefix: str) -> pa.Table:
    """``raw`` under the declared names: without the base and the vintage that its own names carry."""
    declared = file.source.tables[name].names
    own = file.published.vintage[-2:]
    names: list[str] = []
    for column in raw.column_names:
        bare = column.removeprefix(prefix)
        # a bare name may end like the vintage (S80S20): what is declared is left as it is
        stripped = bare if bare in declared else bare.removesuffix(own)
        names.append(_OTHER_NAMES.get(stripped, stripped))
    if "MED" in names and len(set(names)) == len(names):
        return raw.rename_columns(names)
    raise Broken(
        f"{file.name} n'a pas la médiane {prefix}MED{own}" if "MED" not in names else
        f"{file.name} donne deux fois la même variable",
        given=", ".join(raw.column_names[:12]), expected=f"les variables de {file.published.vintage}",
        advice="vérifier que le fichier est celui du millésime et du revenu (DISP ou DEC) déclarés",
    )


def _figures(table: pa.Table, file: Fetched, name: str) -> tuple[pa.Table, tuple[str, ...]]:
    """``table`` with its measures as numbers, each beside its status; the remark counts the marks."""
    measures = {column.name for column in file.source.tables[name].columns if column.type == "number"}
    arrays: dict[str, pa.Array] = {}
    marks: Counter[str] = Counter()
    for column in table.column_names:
        if column not in measures:
            arrays.setdefault(column, table[column])
            continue
        status = f"{column}_statut"
        arrays[column], marked = numbers_and_statuses(table[column], column)
        arrays[status] = pc.coalesce(marked, table[status]) if status in table.column_names else marked
        marks.update(_counts(arrays[status]))
    remark = ", ".join(f"{mark} {count}" for mark, count in sorted(marks.items()))
    return pa.table(arrays), (f"cellules sans valeur, par marque de l'Insee : {remark}",) if remark else ()


def _counts(statuses: pa.Array) -> Iterable[str]:
    """Each mark of a column of statuses, as often as it occurs."""
    found: list[str] = statuses.drop_null().to_pylist()
    return found


def _with(table: pa.Table, columns: Mapping[str, pa.Array]) -> pa.Table:
    """``table`` with these columns, in place of those of the same name."""
    kept = table.select([name for name in table.column_names if name not in columns])
    for name, values in columns.items():
        kept = kept.append_column(name, values)
    return kept
