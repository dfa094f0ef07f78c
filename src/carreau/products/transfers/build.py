"""Transfers: from the release of a profile to the Draft, one row per place, origin and destination. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from carreau.errors import Missing
from carreau.inference import balanced, transfers_crossing
from carreau.products.crossings import (
    Crossed,
    Election,
    Limits,
    Side,
    Tally,
    draft_of,
    limits_of,
    tally_of,
)
from carreau.products.crossings.draft import STATION, read_rows
from carreau.products.crossings.elections import elections_read
from carreau.products.crossings.regions import crossing_of
from carreau.products.crossings.remarks import partly, spread_remarks, voters_of
from carreau.products.crossings.tallies import CHANGED, Floats, Texts, communes_of
from carreau.products.declare import Asked, Draft, Hands, Product, Reading
from carreau.products.transfers.pairs import chosen_pair

CANDIDATES: Final = "candidats"
BLOCS: Final = "blocs"
CAME: Final = ("nouveaux", "Nouveaux inscrits (solde)")
LEFT: Final = ("partis", "Partis ou radiés (solde)")
SHARE: Final = "Part des électeurs d'origine ({first}) qui ont fait ce choix ensuite ({second}), estimée"
BALANCE: Final = (
    "Les inscrits ne sont pas les mêmes aux deux dates : le solde de chaque bureau est une ligne « nouveaux » ou une "
    "colonne « partis » ; les arrivées et les départs qui se compensent n'y sont pas"
)
EVEN: Final = "Les inscrits diffèrent peu d'une date à l'autre : chaque bureau est ramené à son second total"
TOO_MANY: Final = "Trop de candidats pour une table lisible : ils sont lus par blocs"


def build(product: Product, asked: Asked, profile: Reading, hands: Hands) -> Draft:
    """The Draft of the transfers between two elections, for the territory or for each of its stations.

    :class:`~carreau.errors.Unknown` for an election that is not at hand, :class:`~carreau.errors.Missing` when there is
    no pair of elections, or no station that tells both.
    """
    limits = limits_of(product.facts)
    given = (asked.choices["from"], asked.choices["to"])
    pair = chosen_pair(given, elections_read(profile, asked.territory, given))
    (first, second), said = _tallies(asked, profile, pair, limits)
    reasons = _reasons(first, second, limits)
    read = reasons == ""
    if not read.any():
        raise Missing(
            f"aucun bureau de {asked.territory} ne dit à la fois les deux élections",
            given=" et ".join(election.name for election in pair),
            expected="au moins un bureau où les deux sont connues",
            advice="choisir deux autres élections, ou un territoire plus grand",
        )
    table = _table(first, second, read, limits)
    margins = balanced(table.origins, table.destinations)
    crossing = crossing_of(asked.territory, communes_of(profile)[read], margins, transfers_crossing)
    crossed = Crossed(
        origins=Side("origine", "Vote d'origine", *_words(first, CAME, table.came)),
        destinations=Side("destination", "Vote d'arrivée", *_words(second, LEFT, table.left)),
        margins=margins,
        crossing=crossing,
        reasons=reasons,
        read_from=(*first.columns, *second.columns),
        share=SHARE.format(first=pair[0].title, second=pair[1].title),
        warnings=(*partly(second), *([""] if table.left else [])),
        remarks=(
            f"De : {pair[0].title} ; à : {pair[1].title}",
            *said,
            *dict.fromkeys([*first.remarks, *second.remarks]),
            table.remark,
            *spread_remarks(voters_of(profile, second), reasons, crossing, "reports"),
        ),
    )
    return draft_of(product, asked, profile, crossed, limits)


def _tallies(
    asked: Asked, profile: Reading, pair: tuple[Election, Election], limits: Limits
) -> tuple[tuple[Tally, Tally], tuple[str, ...]]:
    """The tallies of both elections in the detail asked for; by default candidates when they are few enough."""
    detail = asked.choices["detail"]
    first, second = (tally_of(profile, election, detail or CANDIDATES, limits) for election in pair)
    choices = len(first.names), len(second.names)
    rows = choices[0] * choices[1] * (profile.table.num_rows if asked.level == STATION else 1)
    if detail or (max(choices) <= limits.most_choices and rows <= limits.most_rows):
        return (first, second), ()
    first, second = (tally_of(profile, election, BLOCS, limits) for election in pair)
    return (first, second), (TOO_MANY,)


def _reasons(first: Tally, second: Tally, limits: Limits) -> Texts:
    """Why each station is not read: one of the elections is not told, or too many of its voters changed."""
    _, reasons = read_rows([second.reasons, first.reasons])
    with np.errstate(invalid="ignore"):
        gap = np.abs(second.registered - first.registered)
        moved = gap > limits.moved * np.maximum(second.registered, first.registered)
    reasons[(reasons == "") & moved] = CHANGED.format(title=first.election.title)
    return reasons


@dataclass(frozen=True, slots=True)
class _Table:
    """The two sides of the stations read, whether they have a row of new voters and a column of those who left."""

    origins: Floats
    destinations: Floats
    came: bool
    left: bool
    remark: str


def _table(first: Tally, second: Tally, read: npt.NDArray[np.bool_], limits: Limits) -> _Table:
    """Both sides, made to have the same voters: as they are when nearly so, else with the balance of each station."""
    origins, destinations = first.counts[read], second.counts[read]
    gained = second.registered[read] - first.registered[read]
    if np.abs(gained).sum() <= limits.even * second.registered[read].sum():
        return _Table(origins, destinations, False, False, EVEN)
    came, left = np.maximum(gained, 0.0), np.maximum(-gained, 0.0)
    if came.any():
        origins = np.column_stack([origins, came])
    if left.any():
        destinations = np.column_stack([destinations, left])
    return _Table(origins, destinations, bool(came.any()), bool(left.any()), BALANCE)


def _words(tally: Tally, balance: tuple[str, str], has: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes and titles of one side, the balance last when it has one."""
    code, title = ((word,) if has else () for word in balance)
    return (*tally.names, *code), (*tally.titles, *title)
