"""Elections on their own stations: one table of counts per election, and the measures that can be read from it.

An election keeps the stations it was held in; :mod:`brought` carries its counts onto today's stations.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Broken
from carreau.places.successions import located
from carreau.products.declare import Input
from carreau.products.electoral_profile.refined import Codes, Values, codes_of, numbers
from carreau.sources.interieur_results.blocs import BLOCS

BlocOf = Callable[[str, str, str], str]
CANDIDATE: Final = "voix_"  # starts the columns of candidates, who stand in some places only
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
    (``pres_2022_t1``), ``title`` reads « présidentielle 2022, 1er tour ». ``inputs`` are the files it was read from.
    """

    id: str
    prefix: str
    title: str
    codes: Codes
    communes: Codes
    departments: Codes
    counts: Mapping[str, Values]
    measures: tuple[Measure, ...]
    inputs: tuple[Input, ...]


def slug(text: str) -> str:
    """``text`` as a column name: lower case, without accents, words joined by underscores.

    >>> slug("DUPONT-AIGNAN")
    'dupont_aignan'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def election_of(
    tables: tuple[pa.Table, pa.Table], inputs: tuple[Input, ...], bloc_of: BlocOf, facts: Mapping[str, Any]
) -> Election:
    """One election out of its two tables (stations, candidats), both of that election alone.

    ``bloc_of(id_election, nuance, nom)`` names the bloc of a candidate; ``facts`` is ``[elections]`` of product.toml.
    """
    stations, candidates = tables[0].sort_by("bv_id"), tables[1]
    name = stations["id_election"][0].as_py()
    counts = {column: numbers(stations[column]) for column in GENERAL}
    codes, communes, departments = (codes_of(stations[c]) for c in ("bv_id", "code_commune", "code_departement"))
    measures = [_declared(column, entry) for column, entry in facts["measures"].items()]
    for group, votes in _votes(name, candidates, codes, _Reading(bloc_of, facts)):
        counts[group.name] = votes
        measures.append(Measure(group.name, group.title, group.description, "%", group.name, "exprimes"))
    said = tuple(measure for measure in measures if np.isfinite(counts[measure.number]).any())
    prefix, title = _names(name, facts)
    return Election(name, prefix, title, codes, communes, departments, counts, said, inputs)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How candidates are read: the bloc of each, and the declared facts."""

    bloc_of: BlocOf
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Person:
    """A candidate or a list as a line of results names it, in the very words of the file."""

    nom: str
    prenom: str
    nuance: str
    liste: str
    bloc: str

    @property
    def title(self) -> str:
        """The name as a reader says it: « Prénom NOM », or that of the list."""
        if not self.nom:
            return self.liste
        first = self.prenom.title() if self.prenom.isupper() else self.prenom
        return f"{first} {self.nom.upper()}".strip()


@dataclass(frozen=True, slots=True)
class _Group:
    """Candidates counted together: the column that counts them, its title and description, and which they are."""

    name: str
    title: str
    description: str
    members: tuple[bool, ...]


def _declared(name: str, entry: Mapping[str, str]) -> Measure:
    """A measure that ``[elections.measures]`` declares."""
    return Measure(name, entry["title"], entry["description"], entry["unit"], entry["nombre"], entry.get("base", ""))


def _names(election: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The prefix of an election's columns and its French title: ``pres_2022_t1``, « présidentielle 2022, 1er tour »."""
    year, family, turn = (*election.split("_", 2), "", "")[:3]
    title = f"{facts['families'].get(family, family)} {year}"
    if family not in facts["single_round"]:
        title += f", {facts['rounds'].get(turn, turn)}"
    return slug(f"{family}_{year}_{turn}"), title


def _votes(
    election: str, candidates: pa.Table, codes: Codes, reading: _Reading
) -> Iterator[tuple[_Group, Values]]:
    """The votes of each group of candidates on the stations; NaN for a candidate where he or she does not stand."""
    if candidates.num_rows == 0:
        return
    station = _positions(election, codes, codes_of(candidates["bv_id"]))
    votes = numbers(candidates["voix"])
    member, persons = _persons(election, candidates, reading.bloc_of)
    for group in _groups(persons, reading.facts):
        chosen = np.array(group.members)[member]
        counted = np.bincount(station, np.where(chosen, votes, 0.0), minlength=len(codes)).astype(np.float64)
        if group.name.startswith(CANDIDATE):
            counted[np.bincount(station, chosen, minlength=len(codes)) == 0] = np.nan
        yield group, counted


def _positions(election: str, codes: Codes, wanted: Codes) -> npt.NDArray[np.int64]:
    """The row of each wanted station among ``codes``; every vote must have its station."""
    position, found = located(wanted, codes)
    strangers = np.unique(wanted[~found])
    if len(strangers):
        raise Broken(
            f"des voix de {election} n'ont pas leur bureau",
            given=", ".join(strangers[:5].tolist()),
            expected="une ligne de résultats généraux par bureau",
            advice="vérifier que les deux fichiers de l'élection vont ensemble",
        )
    return position


def _persons(election: str, candidates: pa.Table, bloc_of: BlocOf) -> tuple[npt.NDArray[np.int64], list[_Person]]:
    """The distinct candidates, and which of them each row is about."""
    names = ("nom", "prenom", "nuance", "liste")
    joined = pc.binary_join_element_wise(
        *(pc.utf8_trim_whitespace(pc.fill_null(candidates[name].cast(pa.string()), "")) for name in names), "\x1f"
    )
    encoded = joined.combine_chunks().dictionary_encode()
    persons = []
    for key in encoded.dictionary.to_pylist():
        nom, prenom, nuance, liste = key.split("\x1f")
        persons.append(_Person(nom, prenom, nuance, liste, bloc_of(election, nuance, nom or liste)))
    return encoded.indices.to_numpy(), persons


def _groups(persons: Sequence[_Person], facts: Mapping[str, Any]) -> Iterator[_Group]:
    """The blocs, then the candidates when they are few, else the nuances when they say more than the blocs."""
    for bloc in BLOCS:
        if any(person.bloc == bloc for person in persons):
            words = facts["blocs"][bloc]
            members = tuple(person.bloc == bloc for person in persons)
            yield _Group(f"bloc_{bloc}", words["title"], words["description"], members)
    titles = sorted({person.title for person in persons} - {""})
    nuances = sorted({person.nuance for person in persons} - {""})
    if 0 < len(titles) <= int(facts["most_candidates"]):
        yield from _named_groups(persons, titles)
    elif len(nuances) > len({person.bloc for person in persons}):
        for name, nuance in _columns("nuance", nuances):
            members = tuple(person.nuance == nuance for person in persons)
            said = f"Part des voix des candidats de nuance {nuance} parmi les suffrages exprimés"
            yield _Group(name, f"Nuance {nuance}", said, members)


def _named_groups(persons: Sequence[_Person], titles: Sequence[str]) -> Iterator[_Group]:
    """One group per name; the column is named after the family name, or the whole name where two share it."""
    family = {person.title: person.nom or person.liste for person in persons}
    short = [slug(family[title]) for title in titles]
    words = [family[t] if s and short.count(s) == 1 else t for t, s in zip(titles, short, strict=True)]
    for (name, _), title in zip(_columns(CANDIDATE.rstrip("_"), words), titles, strict=True):
        members = tuple(person.title == title for person in persons)
        yield _Group(name, title, f"Part des voix pour {title} parmi les suffrages exprimés", members)


def _columns(kind: str, words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A column name for each of ``words``, in order, each its own: the second of a name bears a number."""
    taken: Counter[str] = Counter()
    for word in words:
        name = f"{kind}_{slug(word) or 'sans_nom'}"
        taken[name] += 1
        yield (name if taken[name] == 1 else f"{name}_{taken[name]}"), word
