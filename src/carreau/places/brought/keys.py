"""Which column of a table says where: recognised by its name and by its content, repaired, and matched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.places.brought.words import named
from carreau.places.brought.written import READERS, commune_code, department_code, station_of, tidy
from carreau.places.codes import commune_of

Codes = npt.NDArray[np.object_]
_SAMPLE: Final = 2000
_HINTED: Final = 0.2  # of the cells, that are codes of places served, where the name of the column says so too
_SURE: Final = 0.9  # of the cells, where nothing but the content says so
_NEVER_ALONE: Final = ("departement", "circonscription")  # too short to be recognised by their content


@dataclass(frozen=True, slots=True)
class Known:
    """The places served at one level: their codes, and their names in the same order."""

    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """Where each row is: the level, the columns that say so, the code of each row (None: empty, or no such form).

    ``known`` says of each row whether its code is that of a place served; ``repaired`` how many were written
    otherwise.
    """

    level: str
    columns: tuple[str, ...]
    codes: Codes
    known: npt.NDArray[np.bool_]
    repaired: int


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to read where the rows are; ``hinted`` when the names of its columns say so."""

    level: str
    columns: tuple[str, ...]
    hinted: bool
    read: Callable[[pa.Table], Codes]


def key_of(table: pa.Table, places: Mapping[str, Known]) -> Key | None:
    """The key of ``table`` among the levels of ``places``, the finest that can be trusted; None when there is none."""
    sample = table.take(np.unique(np.linspace(0, table.num_rows - 1, min(_SAMPLE, table.num_rows)).astype(np.int64)))
    sets = {level: frozenset(known.codes) for level, known in places.items()}
    shares = {way: _share(sample, way, sets) for way in _ways(sample, sets)}
    found = [way for way, share in shares.items() if share >= (_HINTED if way.hinted else _SURE)]
    if not found:
        return None
    order = [level for level in READERS if level in places]
    best = min(found, key=lambda way: (order.index(way.level), not way.hinted, -shares[way]))
    codes = best.read(table)
    known = np.fromiter((code in sets[best.level] for code in codes), bool, len(codes))
    said = _joined_text(table, best.columns) if len(best.columns) == 1 else codes
    repaired = int(np.sum(known & (said != codes)))
    return Key(best.level, best.columns, codes, known, repaired)


def hinted_columns(table: pa.Table) -> list[str]:
    """The columns whose name says that they hold codes of places."""
    return [name for name in table.column_names if any(named(name, "keys", kind) for kind in (*READERS, "station"))]


def texts_of(column: pa.ChunkedArray) -> list[str | None]:
    """The cells of a column as text."""
    texts: list[str | None] = column.cast(pa.string()).to_pylist()
    return texts


def _ways(sample: pa.Table, sets: Mapping[str, frozenset[str]]) -> Iterator[_Way]:
    """Each way to read the rows of a sample: one column, or several that make one code together."""
    for name in sample.column_names:
        for level in sets:
            hinted = named(name, "keys", level)
            if hinted or level not in _NEVER_ALONE:
                yield _Way(level, (name,), hinted, _one(name, level, sets[level]))
    yield from (way for way in _together(sample.column_names) if way.level in sets)


def _together(names: list[str]) -> Iterator[_Way]:
    """The ways to read several columns: commune and station, or the department first, as the ministry writes them."""
    kinds = ("departement", "commune", "circonscription", "station")
    called = {kind: [name for name in names if named(name, "keys", kind)] for kind in kinds}
    for commune, number in product(called["commune"], called["station"]):
        yield _Way("bureau", (commune, number), True, _pair(commune, number))
    for columns in product(called["departement"], called["commune"], called["station"]):
        yield _Way("bureau", columns, True, _three(*columns))
    for department, commune in product(called["departement"], called["commune"]):
        yield _Way("commune", (department, commune), True, _ministry(department, commune))
    for department, number in product(called["departement"], called["circonscription"]):
        yield _Way("circonscription", (department, number), True, _numbered(department, number))


def _share(sample: pa.Table, way: _Way, sets: Mapping[str, frozenset[str]]) -> float:
    """The share of the filled cells of the sample that are codes of places served."""
    filled = sum(text is not None for text in _joined_text(sample, way.columns))
    hits = sum(code in sets[way.level] for code in way.read(sample))
    return hits / filled if filled else 0.0


def _joined_text(table: pa.Table, columns: tuple[str, ...]) -> Codes:
    """What the rows say in these columns; None where one of them is empty."""
    cells = zip(*(texts_of(table[name]) for name in columns), strict=True)
    return np.array([None if None in row else " ".join(map(str, row)) for row in cells], dtype=object)


def _each(column: pa.ChunkedArray, reader: Callable[[str], str | None]) -> Codes:
    """``reader`` over the cells of a column, each distinct text read once."""
    packed = column.cast(pa.string()).combine_chunks().dictionary_encode()
    read = np.array([*(reader(text) for text in packed.dictionary.to_pylist()), None], dtype=object)
    codes: Codes = read[pc.fill_null(packed.indices, len(read) - 1).to_numpy(zero_copy_only=False)]
    return codes


def _one(name: str, level: str, known: frozenset[str]) -> Callable[[pa.Table], Codes]:
    """How to read the codes in one column; an arrondissement of Paris, Lyon or Marseille gives its commune."""

    def reader(text: str) -> str | None:
        code = READERS[level](text)
        if code is None or code in known:
            return code
        return commune_of(code) if level == "commune" else code

    return lambda table: _each(table[name], reader)


def _pair(commune: str, number: str) -> Callable[[pa.Table], Codes]:
    """How to read a commune and the code of a station in it."""
    return lambda table: _stations(_each(table[commune], commune_code), _each(table[number], tidy))


def _three(department: str, commune: str, number: str) -> Callable[[pa.Table], Codes]:
    """How to read the department, the commune in it and the station, as the ministry writes them."""
    read = _ministry(department, commune)
    return lambda table: _stations(read(table), _each(table[number], tidy))


def _ministry(department: str, commune: str) -> Callable[[pa.Table], Codes]:
    """How to read a department and the three figures of a commune in it."""

    def read(table: pa.Table) -> Codes:
        heads, tails = _each(table[department], department_code), _each(table[commune], tidy)
        return np.array(
            [
                f"{head[:2]}{tail.zfill(3)[-3:]}" if head and tail and tail.isdigit() and len(tail) <= 3 else None
                for head, tail in zip(heads, tails, strict=True)
            ],
            dtype=object,
        )

    return read


def _numbered(department: str, number: str) -> Callable[[pa.Table], Codes]:
    """How to read a department and the number of a constituency in it."""

    def read(table: pa.Table) -> Codes:
        pairs = zip(_each(table[department], department_code), _each(table[number], tidy), strict=True)
        return np.array(
            [f"{head}{tail.zfill(2)}" if head and tail and tail.isdigit() and len(tail) <= 2 else None
             for head, tail in pairs],
            dtype=object,
        )  # fmt: skip

    return read


def _stations(communes: Codes, numbers: Codes) -> Codes:
    """The keys of stations out of their communes and their own codes."""
    pairs = zip(communes, numbers, strict=True)
    return np.array([station_of(code, number) if code and number else None for code, number in pairs], dtype=object)
