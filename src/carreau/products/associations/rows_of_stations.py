"""The answer station by station: what was counted, what its profile led to expect, what is left, by which themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa

from carreau.products.arrays import numbers
from carreau.products.associations.columns import Described, Figure, Texts, Words
from carreau.products.associations.fits import HALF, Fit, expected_margins
from carreau.products.associations.ground import Floats, Ground
from carreau.products.associations.points import theme_margins, theme_points
from carreau.products.associations.rows_of_places import POINTS, Heard
from carreau.products.declare import Reading
from carreau.typography import change, number

NAMED: Final = 3
NO_VOTE: Final = "pas de résultat dans ce bureau"
NO_PROFILE: Final = "profil inconnu ici : moins de la moitié des indicateurs"


def station_columns(profile: Reading, heard: Heard) -> Iterator[Described]:
    """One row per outcome and station."""
    ground, make, fits = heard.ground, heard.maker, heard.fits
    times = len(fits)
    rows = pa.array(np.tile(np.arange(len(ground.codes)), times))
    for name in ("bv_id", "code_commune", "libelle_commune"):
        if name in profile.table.column_names:
            column = replace(profile.schema.column(name), provenance=make.provenance)
            yield column, profile.table[name].combine_chunks().take(rows)
    votes = [fit for fit in fits for _ in ground.codes]
    yield make.key("vote", "Vote", "Participation, ou bloc : code", [fit.outcome.name for fit in votes])
    yield make.place("vote_titre", "Vote", "Participation, ou bloc", [fit.outcome.title for fit in votes])
    told = [_counted(profile, ground, fit) for fit in fits]
    yield from make.figure(Words("compte", "Compté", "Vote compté dans ce bureau"), _joined(told))
    expected = _joined([_expected(ground, fit) for fit in fits])
    what = "Vote attendu d'après le profil seul, par un modèle qui n'a pas vu ce lieu"
    yield from make.figure(Words("attendu", "Attendu", what), expected)
    left = Figure(_joined(told).values - expected.values, expected.margins, expected.base, _why(told, expected))
    what = "Ce qui reste : vote compté moins vote attendu"
    yield from make.figure(Words("reste", "Reste", what, POINTS), left)
    yield from _points_columns(heard, expected)


def coverage_remark(fits: Sequence[Fit]) -> str:
    """What is said of the intervals of the expected votes: how many stations left out they held."""
    held = [expected_margins(fit)[1] for fit in fits]
    known = [one for one in held if np.isfinite(one)]
    if not known:
        return "Trop peu de bureaux pour dire la marge d'un vote attendu"
    low, high = (f"{100 * one:.0f}" for one in (min(known), max(known)))
    said = low if low == high else f"{low} à {high}"
    return f"Les intervalles à 90\u202f% des votes attendus contiennent {said}\u202f% des bureaux laissés de côté"


def _counted(profile: Reading, ground: Ground, fit: Fit) -> Figure:
    """The vote of each station, as the profile tells it."""
    name = fit.outcome.column.name
    reasons = np.full(len(ground.codes), NO_VOTE, dtype=np.object_)
    if f"{name}_statut" in profile.table.column_names:
        said = profile.table[f"{name}_statut"].to_pylist()
        reasons = np.array([text or NO_VOTE for text in said], dtype=np.object_)
    margins = np.nan_to_num(numbers(profile, f"{name}_marge"))
    return Figure(fit.outcome.values, margins, numbers(profile, f"{name}_base"), reasons)


def _expected(ground: Ground, fit: Fit) -> Figure:
    """The vote expected of each station of a fit; unknown where its profile is."""
    margins, _ = expected_margins(fit)
    reasons = np.where(ground.known < HALF, NO_PROFILE, NO_VOTE).astype(np.object_)
    values, width = _spread(ground, fit, fit.told.expected), _spread(ground, fit, margins)
    return Figure(values, width, ground.weights, reasons)


def _points_columns(heard: Heard, expected: Figure) -> Iterator[Described]:
    """The points that each theme brings to each station, then the three largest in words."""
    ground, make, fits = heard.ground, heard.maker, heard.fits
    themes = list(dict.fromkeys(column.theme for column in ground.indicators))

    def told(parts: Callable[[Ground, Fit, str], Floats]) -> Floats:
        """The parts of all themes, side by side, the fits one under the other; unknown where nothing is expected."""
        found = [[_spread(ground, fit, parts(ground, fit, theme)) for fit in fits] for theme in themes]
        whole = np.column_stack([np.concatenate(column) for column in found])
        return np.where(np.isfinite(expected.shown)[:, None], whole, np.nan)

    points, margins = told(theme_points), heard.narrowed * told(theme_margins)
    titles = [heard.themes.get(theme, theme) for theme in themes]
    what = "Attendu : les trois thèmes qui l'éloignent le plus de la moyenne, en points"
    yield make.said(Words("avec", "Avec", what, ""), _largest(points, margins, titles), "attendu")
    for rank, (theme, title) in enumerate(zip(themes, titles, strict=True)):
        what = f"Attendu : points que le thème « {title} » ajoute ou retire à la moyenne"
        yield make.beside(Words(f"points_{theme}", title, what, POINTS), points[:, rank], "attendu")
        what = f"Points du thème « {title} » : demi-largeur de l'intervalle à 90 %, d'autres lieux étant lus"
        yield make.margin(Words(f"points_{theme}_marge", "Marge", what, POINTS), margins[:, rank], "attendu")


def _largest(points: Floats, margins: Floats, titles: Sequence[str]) -> Texts:
    """The largest points of each row in words: « Métiers +3,1 ± 0,8 ; Diplômes −2,0 ± 1,1 »."""
    told = np.nan_to_num(points)
    order = np.argsort(-np.abs(told), axis=1)[:, :NAMED]
    said = np.full(len(points), "", dtype=np.object_)
    for row in np.flatnonzero(np.isfinite(points).all(axis=1)):
        parts = ((titles[one], told[row, one], margins[row, one]) for one in order[row])
        said[row] = " ; ".join(f"{title} {change(value, 1)}{_width(margin)}" for title, value, margin in parts)
    return said


def _width(margin: float) -> str:
    """A margin as it follows a figure; nothing where nobody can tell it."""
    return f" ±\u202f{number(margin, 1)}" if np.isfinite(margin) else ""


def _spread(ground: Ground, fit: Fit, values: Floats) -> Floats:
    """The values of the rows of a fit among all stations, NaN elsewhere."""
    whole = np.full(len(ground.codes), np.nan)
    whole[fit.rows] = values
    return whole


def _why(told: Sequence[Figure], expected: Figure) -> Texts:
    """Why nothing is left to say of a station: the vote is not known, or nothing is expected."""
    counted = _joined(told)
    return np.where(np.isfinite(counted.shown), expected.status, counted.status).astype(np.object_)


def _joined(figures: Sequence[Figure]) -> Figure:
    """The figures of several outcomes, one after the other."""
    values, margins, base = (
        np.concatenate([getattr(figure, part) for figure in figures]) for part in ("values", "margins", "base")
    )
    return Figure(values, margins, base, np.concatenate([figure.status for figure in figures]))
