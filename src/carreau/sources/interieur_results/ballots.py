"""Elections out of the files at hand: one file per election, never two mixed.

Several files may carry the same election: the ministry's own and the aggregated one, a facsimile of the whole
country and the real rows of one department. When they say the same, one is taken; when they differ, nothing
is taken until somebody chooses, for a mixture would be neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from carreau.errors import Missing, Refused, Unknown
from carreau.sources.declare import Fetched, Sourced
from carreau.sources.interieur_results.raw import COUNTS

_OFFICIAL: Final = ("original", "extract", "compiled", "facsimile", "synthetic", "unknown")
_IN_FRENCH: Final = {
    "original": "original", "extract": "extrait", "compiled": "compilé", "facsimile": "facsimilé",
    "synthetic": "synthétique", "unknown": "statut inconnu",
}
_NO_PREFERENCE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ballots:
    """Elections ready to be used: their stations, their candidates, and the file of each.

    ``stations`` has one row per election and station, ``candidates`` one per election, station and candidate;
    ``remarks`` says what was met on the way.
    """

    stations: pa.Table
    candidates: pa.Table
    origins: Mapping[str, Fetched]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edition:
    """One election as one file (or one pair of aggregated files) tells it."""

    label: str
    file: Fetched
    stations: pa.Table
    candidates: pa.Table

    @property
    def sentence(self) -> str:
        """The edition as a reader can tell it from another."""
        rows = f"{self.stations.num_rows} bureaux, {self.candidates.num_rows} lignes de candidats"
        return f"{self.label} ({self.file.name}, {_IN_FRENCH[self.file.status]}, {rows})"


def ballots_of(tables: Sequence[Sourced], *, preferred: Mapping[str, str] = _NO_PREFERENCE) -> Ballots:
    """One file per election, out of the tables ``stations`` and ``candidats`` read from any number of files.

    ``preferred`` chooses, for an election, the file by its declared key (``agregees`` for the aggregated
    pair), its name or its digest. Files that say the same are one, the most official is the origin. Files
    that differ are :class:`~carreau.errors.Refused` without a choice, and the refusal names them, their
    statuses and row counts.
    """
    chosen, remarks = [], []
    for election, editions in _editions(tables).items():
        kept, said = _chosen(election, editions, preferred.get(election, ""))
        chosen.append((election, kept))
        remarks += said
    return Ballots(
        _concatenated([edition.stations for _, edition in chosen]),
        _concatenated([edition.candidates for _, edition in chosen]),
        MappingProxyType({election: edition.file for election, edition in chosen}),
        tuple(dict.fromkeys([remark for table in tables for remark in table.remarks] + remarks)),
    )


def choices_of(tables: Sequence[Sourced]) -> Mapping[str, tuple[Fetched, ...]]:
    """The files that tell each election differently, most official first; one where there is no choice."""
    found = {
        election: tuple(edition.file for edition in _distinct(editions))
        for election, editions in _editions(tables).items()
    }
    return MappingProxyType(found)


def label_of(file: Fetched) -> str:
    """What a file is called when it must be chosen: its key, the same for both files of a pair."""
    return file.published.key.removesuffix("_general").removesuffix("_candidats")


def _editions(tables: Sequence[Sourced]) -> Mapping[str, list[_Edition]]:
    """Every election as each file tells it, by identifier."""
    stations = [table for table in tables if table.name == "stations"]
    candidates = [table for table in tables if table.name == "candidats"]
    alone = {label_of(table.file) for table in candidates} - {label_of(table.file) for table in stations}
    if alone:
        raise Missing(
            f"les voix de {', '.join(sorted(alone))} sont là sans les résultats généraux des bureaux de vote",
            given=", ".join({table.file.name: "" for table in candidates if label_of(table.file) in alone}),
            expected="les deux fichiers (general_results et candidats_results)",
            advice="ajouter le fichier qui manque",
        )
    found: dict[str, list[_Edition]] = {}
    for table in {table.file.digest: table for table in stations}.values():
        votes = _votes(table.file, candidates)
        for election, rows in _by_election(table.table).items():
            edition = _Edition(label_of(table.file), table.file, rows, _only(votes, election))
            found.setdefault(election, []).append(edition)
    return dict(sorted(found.items()))


def _votes(file: Fetched, candidates: Sequence[Sourced]) -> pa.Table:
    """The votes that go with a file of stations: its own, or those of the other file of the pair."""
    own = [table for table in candidates if table.file.digest == file.digest]
    pair = [table for table in candidates if label_of(table.file) == label_of(file)]
    if not own and not pair:
        raise Missing(
            f"les résultats généraux de {label_of(file)} sont là sans les voix des candidats",
            given=file.name,
            expected="les deux fichiers (general_results et candidats_results)",
            advice="ajouter le fichier qui manque",
        )
    return (own or pair)[0].table


def _by_election(table: pa.Table) -> Mapping[str, pa.Table]:
    """The rows of each election."""
    names = pc.unique(table["id_election"]).to_pylist()
    return {name: _only(table, name) for name in names}


def _only(table: pa.Table, election: str) -> pa.Table:
    """The rows of one election."""
    return table.filter(pc.equal(table["id_election"], election))


def _chosen(election: str, editions: list[_Edition], wish: str) -> tuple[_Edition, list[str]]:
    """The edition to use, and what must be said of the others."""
    if wish:
        kept = _wished(election, editions, wish)
        left = [edition for edition in _distinct(editions) if not _same(edition, kept)]
        return kept, [f"{election} : {kept.sentence} choisi, {each.sentence} laissé de côté" for each in left]
    told = _distinct(editions)
    if len(told) > 1:
        raise Refused(
            f"plusieurs fichiers racontent différemment l'élection {election}",
            given=" ; ".join(edition.sentence for edition in told),
            expected="un seul fichier par élection : ils ne sont jamais mélangés",
            advice=f"choisir l'un d'eux par sa clé : {' ou '.join(edition.label for edition in told)}",
        )
    same = [edition.label for edition in editions if edition is not told[0]]
    first = told[0].label
    said = f"{election} : {first} et {', '.join(same)} disent la même chose, {first} est retenu"
    return told[0], [said] if same else []


def _wished(election: str, editions: Sequence[_Edition], wish: str) -> _Edition:
    """The edition that ``wish`` names; :class:`~carreau.errors.Unknown` lists them when there is none."""
    for edition in sorted(editions, key=_rank):
        if wish in {edition.label, edition.file.published.key, edition.file.name, edition.file.digest}:
            return edition
    labels = [edition.label for edition in editions]
    advice = f"choisir pour {election} l'un des fichiers : {', '.join(labels)}"
    raise Unknown.named(wish, "fichier", labels, advice)


def _distinct(editions: Sequence[_Edition]) -> list[_Edition]:
    """The editions that differ, the most official of those that say the same."""
    told: list[_Edition] = []
    for edition in sorted(editions, key=_rank):
        if not any(_same(edition, other) for other in told):
            told.append(edition)
    return told


def _rank(edition: _Edition) -> tuple[int, str]:
    """How far from the publisher's own bytes an edition is; its label where two are as far."""
    return _OFFICIAL.index(edition.file.status), edition.label


def _same(one: _Edition, other: _Edition) -> bool:
    """Whether two editions give the same votes, and the same counts wherever both give them."""
    if one is other:
        return True
    sizes = [(edition.stations.num_rows, edition.candidates.num_rows) for edition in (one, other)]
    if sizes[0] != sizes[1]:
        return False
    mine, theirs = (edition.stations.sort_by("bv_id") for edition in (one, other))
    order = [("bv_id", "ascending"), ("voix", "ascending")]
    votes = [edition.candidates.select(["bv_id", "voix"]).sort_by(order) for edition in (one, other)]
    counts = (pc.all(pc.equal(mine[name], theirs[name]), min_count=0).as_py() for name in COUNTS)
    return bool(mine["bv_id"].equals(theirs["bv_id"]) and votes[0].equals(votes[1]) and all(counts))


def _concatenated(tables: Sequence[pa.Table]) -> pa.Table:
    """The tables one after the other; an empty table when there is none."""
    return pa.concat_tables(tables) if tables else pa.table({"id_election": pa.array([], pa.string())})
