"""The choices of the registered voters of each station at one election, out of a profile's release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.places.remarks import counted
from carreau.products.arrays import numbers
from carreau.products.crossings.elections import Election
from carreau.products.crossings.limits import Limits
from carreau.products.declare import Reading
from carreau.terms import Column, Role
from carreau.typography import bare

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

ABSTENTION: Final = ("abstention", "Abstention")
SPOILT: Final = ("blancs_nuls", "Blancs et nuls")
OTHERS: Final = ("autres_candidats", "Autres candidats")
UNTOLD: Final = ("autres_voix", "Voix non détaillées")
BLOCS: Final = "blocs"
SLACK: Final = 0.01  # counts carried from past stations are rounded: a gap within this part of the voters is no fault

NO_RESULT: Final = "pas de résultat dans ce bureau ({title})"
TOO_SMALL: Final = "trop peu d'électeurs ou de suffrages dans ce bureau ({title})"
CONTRADICTORY: Final = "les chiffres de ce bureau se contredisent ({title})"
CHANGED: Final = "le périmètre de ce bureau a trop changé ({title})"


@dataclass(frozen=True, slots=True)
class Tally:
    """What the registered voters of each station did at one election.

    ``counts`` (stations x choices) holds abstention, blank and null votes, then each choice; a row sums to
    ``registered`` and is NaN where ``reasons`` says why the station is not read. ``valid`` marks the valid votes,
    ``partial`` the choices that were not on offer in every station read. ``columns`` are the columns of the profile
    that were read.
    """

    election: Election
    names: tuple[str, ...]
    titles: tuple[str, ...]
    counts: Floats
    registered: Floats
    valid: npt.NDArray[np.bool_]
    partial: npt.NDArray[np.bool_]
    reasons: Texts
    columns: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Votes:
    """The valid votes of each station by choice, and which choices were not on offer somewhere."""

    names: tuple[str, ...]
    titles: tuple[str, ...]
    counts: Floats
    absent: npt.NDArray[np.bool_]


def communes_of(profile: Reading) -> npt.NDArray[np.str_]:
    """The commune of each station, by its key."""
    return np.array(profile.table["bv_id"].to_pylist(), dtype=np.str_).astype("<U5")


def tally_of(profile: Reading, election: Election, detail: str, limits: Limits) -> Tally:
    """The tally of ``election`` with each of its blocs or candidates; small candidates are counted together.

    When the profile does not tell candidates apart, blocs stand for them (or the contrary), and a remark says so.
    """
    chosen, remarks = _chosen(profile, election, detail)
    turnout = f"{election.prefix}_participation"
    voters = np.column_stack([numbers(profile, f"{turnout}_{what}") for what in ("base", "nombre")])
    valid = np.fmax.reduce([numbers(profile, f"{column.name}_base") for column in chosen])
    counts = np.column_stack([numbers(profile, f"{column.name}_nombre") for column in chosen])
    reasons = _reasons(profile, election, np.column_stack([voters, valid, counts]), limits)
    known = reasons == ""
    counts[~known] = np.nan
    titles = tuple(column.title.removesuffix(f" ({election.title})") for column in chosen)
    names = tuple(column.name.removeprefix(f"{election.prefix}_") for column in chosen)
    votes = _Votes(names, titles, np.nan_to_num(counts), np.isnan(counts[known]).any(axis=0))
    votes, said = _gathered(_told(votes, np.where(known, valid, 0.0)), election, detail, limits)
    columns = (*(column.name for column in chosen), turnout)
    whole = _whole(votes, voters, valid)
    kept = np.nansum(whole.counts[known], axis=0) > 0
    whole.counts[~known] = np.nan
    return Tally(
        election,
        tuple(name for name, keep in zip(whole.names, kept, strict=True) if keep),
        tuple(title for title, keep in zip(whole.titles, kept, strict=True) if keep),
        whole.counts[:, kept],
        voters[:, 0],
        np.arange(len(kept))[kept] >= 2,
        whole.absent[kept],
        reasons,
        columns,
        (*remarks, *said),
    )


def _chosen(profile: Reading, election: Election, detail: str) -> tuple[list[Column], tuple[str, ...]]:
    """The columns of the choices of an election, and the remark when they are not those asked for."""
    kinds = ("bloc_", "voix_", "nuance_") if detail == BLOCS else ("voix_", "nuance_", "bloc_")
    for kind in kinds:
        start = f"{election.prefix}_{kind}"
        columns = [one for one in profile.schema.columns if one.role is Role.SHARE and one.name.startswith(start)]
        if columns and (kind == kinds[0] or (kind == "nuance_" and detail != BLOCS)):
            return columns, ()
        if columns:
            found, wanted = ("les candidats", "les blocs") if detail == BLOCS else ("les blocs", "les candidats")
            return columns, (f"{election.title} : le profil ne donne pas {wanted} ; {found} les remplacent",)
    return [], ()


def _reasons(profile: Reading, election: Election, told: Floats, limits: Limits) -> Texts:
    """Why each station is not read; empty where it is. ``told``: registered, voters, valid votes, then the choices."""
    registered, voters, valid, counts = told[:, 0], told[:, 1], told[:, 2], told[:, 3:]
    margin = numbers(profile, f"{election.prefix}_inscrits_marge")
    silent = np.isnan(counts).all(axis=1) | np.isnan(voters)
    slack = 2 + SLACK * np.nan_to_num(registered)
    wrong = (voters > registered + slack) | (valid > voters + slack) | (np.nansum(counts, axis=1) > valid + slack)
    reasons = np.full(len(registered), "", dtype=np.object_)
    reasons[wrong | (counts < 0).any(axis=1)] = CONTRADICTORY
    reasons[np.nan_to_num(margin) > limits.moved * registered] = CHANGED
    reasons[silent] = TOO_SMALL
    reasons[np.isnan(registered) | (np.isnan(valid) & (registered > 0) & ~np.isnan(voters))] = NO_RESULT
    return np.array([reason.format(title=election.title) for reason in reasons], dtype=np.object_)


def _told(votes: _Votes, valid: Floats) -> _Votes:
    """The votes made to sum to ``valid``: a small gap is spread, a large one is votes not told."""
    total = votes.counts.sum(axis=1)
    if valid.sum() - total.sum() <= SLACK * valid.sum():
        scale = np.divide(valid, total, out=np.zeros(len(total)), where=total > 0)
        return _Votes(votes.names, votes.titles, votes.counts * scale[:, None], votes.absent)
    untold = np.maximum(valid - total, 0.0)
    counts = np.column_stack([votes.counts, untold])
    counts *= np.divide(valid, total + untold, out=np.zeros(len(total)), where=total + untold > 0)[:, None]
    return _Votes((*votes.names, UNTOLD[0]), (*votes.titles, UNTOLD[1]), counts, np.append(votes.absent, False))


def _gathered(votes: _Votes, election: Election, detail: str, limits: Limits) -> tuple[_Votes, tuple[str, ...]]:
    """The votes with the small candidates counted together, and the remark that names them; blocs stay as they are."""
    shares = votes.counts.sum(axis=0) / max(votes.counts.sum(), 1.0)
    small = (shares < limits.small) & np.array([not name.startswith("bloc_") for name in votes.names])
    if detail == BLOCS or small.sum() < 2:
        return votes, ()
    together = votes.counts[:, small].sum(axis=1)
    who = ", ".join(title for title, is_small in zip(votes.titles, small, strict=True) if is_small)
    gathered = _Votes(
        (*_kept(votes.names, ~small), OTHERS[0]),
        (*_kept(votes.titles, ~small), OTHERS[1]),
        np.column_stack([votes.counts[:, ~small], together]),
        np.append(votes.absent[~small], votes.absent[small].all()),
    )
    percent = bare(limits.small * 100)
    return gathered, (f"{election.title} : sous {percent}\u202f% des suffrages, comptés ensemble : {who}",)


def _kept(words: Sequence[str], kept: Iterable[bool]) -> tuple[str, ...]:
    """The words that are kept."""
    return tuple(word for word, keep in zip(words, kept, strict=True) if keep)


def _whole(votes: _Votes, voters: Floats, valid: Floats) -> _Votes:
    """The votes after abstention and spoilt votes, each row made to sum to the registered voters of its station."""
    registered, present = voters[:, 0], np.minimum(voters[:, 1], voters[:, 0])
    stayed, spoilt = registered - present, np.maximum(present - valid, 0.0)
    counts = np.column_stack([stayed, spoilt, votes.counts])
    total = counts.sum(axis=1)
    counts *= np.divide(registered, total, out=np.zeros(len(total)), where=total > 0)[:, None]
    names, titles = zip(ABSTENTION, SPOILT, strict=True)
    return _Votes((*names, *votes.names), (*titles, *votes.titles), counts, np.append([False, False], votes.absent))


def unread(reasons: Texts) -> tuple[str, ...]:
    """One remark per reason for which stations are not read, with their number."""
    words, numbers_of = np.unique(reasons[reasons != ""].astype(str), return_counts=True)
    return tuple(
        sentence
        for word, number in zip(words.tolist(), numbers_of.tolist(), strict=True)
        for sentence in counted(number, f"bureau{{x}} {{sont}} hors du calcul : {word}")
    )
