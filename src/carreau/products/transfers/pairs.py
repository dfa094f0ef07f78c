"""The two elections of a transfer: those asked for, or the ones that a reader most likely wants."""

from __future__ import annotations

from collections.abc import Sequence

from carreau.errors import Missing, Unknown
from carreau.products.crossings import Election, election_named


def chosen_pair(given: tuple[str, str], elections: Sequence[Election]) -> tuple[Election, Election]:
    """The elections of departure and arrival; ``given`` are their names, empty when they are not said.

    By default the two rounds of the latest election that has both, else the two latest elections of one kind, else the
    two latest. One that is said takes its other round, else the nearest of its kind. :class:`~carreau.errors.Unknown`
    for an election that is not at hand, or two that are not in the order of time; :class:`~carreau.errors.Missing` when
    only one is at hand.
    """
    if len(elections) < 2:
        names = ", ".join(election.name for election in elections)
        raise Missing(
            "il faut deux élections pour dire des reports de voix",
            given=f"une seule est dans le profil : {names}",
            expected="deux tours, ou deux élections, bureau par bureau",
            advice="voir les fichiers de résultats à ajouter : carreau sources ; ou demander carreau votes",
        )
    first, second = (election_named(name, elections) if name else None for name in given)
    if first is None:
        first, second = _likely(elections) if second is None else _completed(second, elections, forward=False)
    elif second is None:
        first, second = _completed(first, elections, forward=True)
    if elections.index(first) >= elections.index(second):
        raise Unknown(
            "les deux élections ne sont pas dans l'ordre du temps",
            given=f"de {first.name} à {second.name}",
            expected="une élection, puis une élection plus récente",
            advice=f"essayer --from {second.name} --to {first.name}" if first != second else "nommer deux élections",
        )
    return first, second


def _likely(elections: Sequence[Election]) -> tuple[Election, Election]:
    """The two rounds of the latest election with both, else the two latest of one kind, else the two latest."""
    pairs = [(one, other) for k, other in enumerate(elections) for one in elections[:k]]
    for alike in ("ballot", "family"):
        same = [pair for pair in pairs if getattr(pair[0], alike) == getattr(pair[1], alike)]
        if same:
            return same[-1]
    return pairs[-1]


def _completed(said: Election, elections: Sequence[Election], *, forward: bool) -> tuple[Election, Election]:
    """The pair that ``said`` makes with its other round, else the nearest election of its kind, else the nearest."""
    place = elections.index(said)
    others = list(elections[place + 1 :]) if forward else list(elections[:place])[::-1]
    for alike in ("ballot", "family"):
        same = [one for one in others if getattr(one, alike) == getattr(said, alike)]
        if same:
            return (said, same[0]) if forward else (same[0], said)
    if others:
        return (said, others[0]) if forward else (others[0], said)
    raise Missing(
        f"aucune élection {'après' if forward else 'avant'} {said.title} n'est dans le profil",
        given=said.name,
        expected="deux élections, l'une après l'autre",
        advice=f"choisir parmi : {', '.join(one.name for one in elections)}",
    )
