"""The bloc of a candidate or list: a fixed, dated and cited reading of the ministry's nuances.

Four blocs, the same everywhere: ``gauche``, ``centre_droit``, ``extreme_droite``, ``autres``. Where the
ministry gives no nuance, a presidential candidate (or the head of a European list of 2019) has the bloc
declared for the name; a list without nuance of a municipal election has none: nothing says where it stands.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

BLOCS: Final = ("gauche", "centre_droit", "extreme_droite", "autres")
"""The blocs, from left to right, then what belongs to none."""

_LISTS: Final = ("euro", "regi", "muni")


@dataclass(frozen=True, slots=True)
class Grid:
    """One declared reading: its elections, its date and source, and the bloc of each code or name."""

    elections: tuple[str, ...]
    date: date
    source: str
    blocs: Mapping[str, str]
    remainder: str


@cache
def grids(kind: str) -> tuple[Grid, ...]:
    """The declared readings of one kind: ``grids`` (by nuance) or ``candidates`` (by name)."""
    facts = tomllib.loads(Path(__file__).with_name("nuances.toml").read_text("utf-8"))
    return tuple(_grid(entry) for entry in facts[kind])


def _grid(entry: Mapping[str, Any]) -> Grid:
    """One reading, as its entry declares it."""
    blocs = {_plain(word): bloc for bloc in BLOCS for word in entry[bloc]}
    remainder = "autres" if entry.get("others_are_autres") else ""
    return Grid(tuple(entry["elections"]), entry["date"], entry["source"], blocs, remainder)


def bloc_of(id_election: str, nuance: str, nom: str) -> str:
    """The bloc of a candidate, from the nuance, else from the name; empty when neither says it.

    A nuance that the election's reading does not hold is ``autres``.

    >>> bloc_of("2024_legi_t1", "UG", ""), bloc_of("2022_pres_t2", "", "Le Pen")
    ('gauche', 'extreme_droite')
    """
    code = _plain(nuance)
    if code:
        return _known(id_election).get(code) or _known(id_election).get(_bare(code, id_election)) or "autres"
    return _bloc_of_name(id_election, _plain(nom))


def blocs_of(candidates: pa.Table) -> tuple[pa.Array, tuple[str, ...]]:
    """The bloc of each row of a table ``candidats``, null where nothing says it; and French remarks.

    The remarks name the nuances that no reading holds (they are ``autres``), and count the rows without a
    bloc.
    """
    names = ("id_election", "nuance", "nom")
    parts = [pc.fill_null(candidates[name].cast(pa.string()), "") for name in names]
    keys = pc.binary_join_element_wise(*parts, "\t")
    one = (keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys).dictionary_encode()
    persons = [tuple(key.split("\t")) for key in one.dictionary.to_pylist()]
    blocs = pa.array([bloc_of(*person) or None for person in persons], pa.string()).take(one.indices)
    unknown = sorted({(person[0][:9], person[1]) for person in persons if _is_unknown(person[0], person[1])})
    remarks = [f"nuances inconnues, comptées avec « autres » : {_listed(unknown)}"] if unknown else []
    if blocs.null_count:
        remarks.append(f"{blocs.null_count} ligne(s) de candidats sans nuance, hors de tout bloc")
    return blocs, tuple(remarks)


def _is_unknown(id_election: str, nuance: str) -> bool:
    """Whether an election's reading lacks this nuance."""
    code, known = _plain(nuance), _known(id_election)
    return bool(code) and code not in known and _bare(code, id_election) not in known


def _listed(unknown: Iterable[tuple[str, str]]) -> str:
    """Unknown nuances with their election, as a reader reads them."""
    return ", ".join(f"{nuance} ({election})" for election, nuance in unknown)


@cache
def _known(id_election: str) -> Mapping[str, str]:
    """The bloc of each nuance of an election."""
    found: dict[str, str] = {}
    for grid in grids("grids"):
        if id_election[:9] in grid.elections:
            found |= grid.blocs
    return found


@cache
def _bloc_of_name(id_election: str, name: str) -> str:
    """The bloc declared for a name, which may be followed by a first name; empty when none is."""
    for grid in grids("candidates"):
        if id_election[:9] in grid.elections and name:
            words = name.split()
            starts = (" ".join(words[:length]) for length in range(len(words), 0, -1))
            return next((grid.blocs[start] for start in starts if start in grid.blocs), grid.remainder)
    return ""


def _bare(code: str, id_election: str) -> str:
    """A nuance without the ``L`` of lists or the ``BC-`` of pairs of candidates."""
    kind = id_election[5:9]
    if kind == "dpmt":
        return code.removeprefix("BC-").removeprefix("B-")
    return code.removeprefix("L") if kind in _LISTS else code


def _plain(text: str) -> str:
    """Text in capitals, without accents or blanks around it."""
    letters = unicodedata.normalize("NFKD", text.strip().upper())
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("’", "'")
