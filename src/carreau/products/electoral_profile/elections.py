"""Elections on their own stations: one table of counts per election, and the measures that can be read from it.

An election keeps the stations it was held in; :mod:`brought` carries its counts onto today's stations.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.products.declare import Input
from carreau.products.electoral_profile.refined import Codes

Values = npt.NDArray[np.float64]
BlocOf = Callable[[str, str, str], str]
GENERAL = ("inscrits", "votants", "blancs", "nuls", "exprimes")


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing counted in an election: its column name, French title, description, unit, and its denominator."""

    name: str
    title: str
    description: str
    unit: str
    number: str
    base: str = ""


@dataclass(frozen=True, slots=True)
class Election:
    """The counts of one election on the stations it was held in: one row of ``counts`` per station.

    ``counts[name]`` is NaN where the file does not give the figure. ``prefix`` starts the names of its columns
    (``pres_2022_t1``), ``title`` reads « présidentielle 2022, 1er tour ».
    """

    id: str
    prefix: str
    title: str
    codes: Codes
    communes: Codes
    departments: Codes
    counts: Mapping[str, Values]
    measures: tuple[Measure, ...]
    input: Input


def slug(text: str) -> str:
    """``text`` as a column name: lower case, without accents, words joined by underscores.

    >>> slug("DUPONT-AIGNAN")
    'dupont_aignan'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def election_of(
    tables: tuple[pa.Table, pa.Table], origin: Input, bloc_of: BlocOf, facts: Mapping[str, Any]
) -> Election:
    """One election out of its two tables (stations, candidats), both of that election alone.

    ``bloc_of(id_election, nuance, nom)`` names the bloc of a candidate; ``facts`` is ``[elections]`` of product.toml.
    """
    stations, candidates = tables
    stations = stations.sort_by("bv_id")
    election = stations["id_election"][0].as_py()
    codes = stations["bv_id"].to_numpy(zero_copy_only=False).astype(object)
    counts = {name: _floats(stations[name]) for name in GENERAL}
    measures = [
        Measure(name, entry["title"], entry["description"], entry["unit"], entry["nombre"], entry.get("base", ""))
        for name, entry in facts["measures"].items()
    ]
    for name, title, votes in _groups(election, candidates, codes, bloc_of, int(facts["most_candidates"])):
        counts[name] = votes
        measures.append(
            Measure(name, title, f"Part des voix parmi les suffrages exprimés : {title}", "%", name, "exprimes")
        )
    said = [m for m in measures if np.isfinite(counts[m.number]).any()]
    year, family, turn = election.split("_")
    return Election(
        election,
        f"{family}_{year}_{turn}",
        f"{facts['families'].get(family, family)} {year}, {_turn(turn)}",
        codes,
        *(stations[c].to_numpy(zero_copy_only=False).astype(object) for c in ("code_commune", "code_departement")),
        counts,
        tuple(said),
        origin,
    )


def _turn(turn: str) -> str:
    """``t1`` as a reader says it."""
    return {"t1": "1er tour", "t2": "2d tour"}.get(turn, turn)


def _floats(column: pa.ChunkedArray) -> Values:
    """A column of counts with NaN for what is not given."""
    return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def _positions(election: str, codes: npt.NDArray[np.str_], wanted: npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """The row of each wanted station among ``codes`` (sorted); every vote must have its station."""
    position = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    strangers = np.unique(wanted[codes[position] != wanted])
    if len(strangers):
        raise Broken(
            f"des voix de {election} n'ont pas leur bureau",
            given=", ".join(strangers[:5]),
            expected="une ligne de résultats généraux par bureau",
            advice="vérifier que les deux fichiers de l'élection vont ensemble",
        )
    return np.asarray(position, dtype=np.int64)


def _groups(
    election: str, candidates: pa.Table, codes: Codes, bloc_of: BlocOf, most: int
) -> list[tuple[str, str, Values]]:
    """The votes per bloc, then per candidate when they are few, else per nuance: (column, title, votes per station)."""
    if candidates.num_rows == 0:
        return []
    names = ["nom", "prenom", "nuance", "liste"]
    votes = _floats(candidates["voix"])
    station = _positions(election, codes.astype(str), candidates["bv_id"].to_numpy(zero_copy_only=False).astype(str))
    joined = pc.binary_join_element_wise(
        *(pc.fill_null(candidates[name].cast(pa.string()), "") for name in names), "\x1f"
    )
    encoded = joined.combine_chunks().dictionary_encode()
    member = encoded.indices.to_numpy()
    persons = [dict(zip(names, key.split("\x1f"), strict=True)) for key in encoded.dictionary.to_pylist()]
    blocs = [bloc_of(election, person["nuance"], person["nom"] or person["liste"]) for person in persons]
    groups = [
        ("bloc", bloc, f"bloc {bloc.replace('_', ' ')}", [b == bloc for b in blocs])
        for bloc in dict.fromkeys(sorted(blocs))
        if bloc
    ]
    named = sorted({(p["nom"] or p["liste"], p["prenom"]) for p in persons} - {("", "")})
    if 0 < len(named) <= most:
        groups += [
            (
                "voix",
                slug(nom),
                f"{prenom} {nom}".strip(),
                [(p["nom"] or p["liste"], p["prenom"]) == (nom, prenom) for p in persons],
            )
            for nom, prenom in named
        ]
    nuances = sorted({p["nuance"] for p in persons} - {""})
    if not 0 < len(named) <= most and len(nuances) > len(set(blocs)):
        groups += [("nuance", slug(code), f"nuance {code}", [p["nuance"] == code for p in persons]) for code in nuances]
    return [
        (
            f"{kind}_{name}",
            title,
            np.bincount(station, np.where(np.array(chosen)[member], votes, 0.0), minlength=len(codes)),
        )
        for kind, name, title, chosen in groups
    ]
