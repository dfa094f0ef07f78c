"""Themes that hold in a part of a territory only: the stations where they are put forward, told as one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from carreau.products.advice.evidence import Evidence, Figures, Floats, Rules, evidence_of, ranked
from carreau.products.advice.places import NO_MEDIAN, UNTOLD, Limits, Stations, graded, mean_of
from carreau.products.advice.themes import Theme

NAMES: Final = {"com": "commune", "dep": "departement", "france": ""}
ELSEWHERE: Final = "territoire"


def reach_of(at_stations: Evidence, stations: Stations) -> Floats:
    """The share of the registered voters, per theme, of the stations where it is put forward."""
    total = max(float(stations.registered.sum()), 1.0)
    return np.asarray(stations.registered @ at_stations.kept / total)


def with_parts(whole: Stations, stations: Stations, at_stations: Evidence, limits: Limits) -> Stations:
    """The whole territory, then, for each theme, the stations where it is put forward, as one more place.

    A share is that of these stations together; a median is not said. They are compared with the whole territory and
    with France. Their margin is the mean of those of the stations: chosen for their figures, they err the same way, and
    their errors do not cancel out.
    """
    within = limits.kind != "france"
    figures, inside = stations.figures, at_stations.kept.T.astype(float)
    value = np.where(limits.shares, mean_of(figures, inside), np.nan)
    margin = mean_of(replace(figures, value=figures.margin), inside)
    value = np.where(np.isfinite(margin), value, np.nan)
    many = len(value)
    status = np.where(np.isfinite(value), "", np.where(limits.shares, UNTOLD, NO_MEDIAN)).astype(np.object_)
    known = np.isfinite(figures.value)
    parts = Figures(
        figures.names,
        value,
        np.where(np.isfinite(value), margin, np.nan),
        np.where(np.isfinite(value), inside @ np.where(known, np.nan_to_num(figures.base), 0.0), np.nan),
        np.repeat(whole.figures.value if within else np.full_like(value[:1], np.nan), many, axis=0),
        np.repeat(whole.figures.margin, many, axis=0),
        np.repeat(whole.figures.country if within else whole.figures.value, many, axis=0),
        np.repeat(whole.figures.country_margin, many, axis=0),
        graded(value, margin, limits),
        status,
    )
    near = np.array([*whole.near, *[NAMES.get(limits.kind, ELSEWHERE)] * many], dtype=np.object_)
    registered = np.concatenate([whole.registered, stations.registered @ at_stations.kept])
    return Stations(_joined(whole.figures, parts), registered, near)


def evidence_with_parts(
    places: Stations, stations: Stations, at_stations: Evidence, themes: Sequence[Theme], rules: Rules
) -> Evidence:
    """The evidence of the whole territory and of its parts: themes of the whole first, then those of parts by reach.

    The force of a theme in a part is the mean of that of its stations, weighted by registered voters, and so is its
    sureness: these stations were chosen for their figures, and the gap of the part alone would flatter both.
    """
    found = evidence_of(places.figures, themes, rules)
    reach, every = reach_of(at_stations, stations), np.arange(len(themes))
    score, margin, sure = found.score.copy(), found.margin.copy(), found.sure.copy()
    for table, of_stations in ((score, at_stations.score), (margin, at_stations.margin), (sure, at_stations.sure)):
        table[1 + every, every] = _mean(of_stations, at_stations, stations)
    backed = np.array([(found.force[theme][1 + theme] >= rules.supporting).sum() >= rules.fewest for theme in every])
    whole = found.kept[0]
    part = backed & ~whole & (reach >= rules.narrowest)
    order = np.where(whole, 1.0 + found.score[0], reach)
    _, rank = ranked(order[None], (whole | part)[None], rules.most)
    kept = np.zeros_like(found.kept)
    kept[0] = whole & (rank[0] > 0)
    kept[1 + every, every] = part & (rank[0] > 0)
    return replace(found, score=score, margin=margin, sure=sure, kept=kept, rank=np.where(kept, rank, 0))


def _mean(values: Floats, at_stations: Evidence, stations: Stations) -> Floats:
    """The mean, per theme, over the stations where it is put forward, weighted by registered voters; 0 where none."""
    weight = at_stations.kept * np.maximum(stations.registered, 1e-9)[:, None]
    return np.asarray((values * weight).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9))


def _joined(whole: Figures, parts: Figures) -> Figures:
    """The figures of places one under the other."""

    def both(name: str) -> Any:
        return np.concatenate([getattr(whole, name), getattr(parts, name)])

    return Figures(whole.names, **{name: both(name) for name in Figures.__slots__ if name != "names"})
