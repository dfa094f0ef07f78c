"""The answers on a whole territory: by indicator, by theme, by way of leaving places out, slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from carreau.places.codes import department_of
from carreau.products.associations.columns import Described, Figure, Maker, Words
from carreau.products.associations.curves import SLICES, Curve, curve_of
from carreau.products.associations.fits import Fit, alone, shuffled_loss
from carreau.products.associations.ground import Floats, Ground
from carreau.products.associations.points import theme_points
from carreau.products.associations.scores import Score

AWAY: Final = ("97", "98", "99")
POINTS: Final = "points"
FOUND: Final = "Part des différences entre bureaux que l'on retrouve dans des lieux laissés de côté"
NO_ENDS: Final = "indicateur connu dans trop peu de bureaux, ou presque le même partout"
NOT_THERE: Final = "sans objet : pas de bureau de métropole ici, ou trop peu"
ONE_EACH: Final = "sans objet : un seul bureau par commune"


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer on a territory is made from: the ground, its fits, the name of the territory, its themes.

    ``narrowed`` is what the margins of the parts of an expectation are multiplied by (see ``[parts]`` of product.toml).
    """

    ground: Ground
    fits: tuple[Fit, ...]
    territory: tuple[str, str]
    themes: dict[str, str]
    maker: Maker
    narrowed: float


def indicator_columns(heard: Heard) -> Iterator[Described]:
    """One row per outcome and indicator: the gap between ends, then the share found with that indicator alone."""
    ground, make = heard.ground, heard.maker
    pairs = [(fit, one) for fit in heard.fits for one in range(len(ground.indicators))]
    found = [alone(ground, fit, one) for fit, one in pairs]
    curves = [curve_of(ground, fit, one) for fit, one in pairs]
    order = _strongest_first(heard, [whole.value for whole, _ in found])
    pairs, found, curves = [pairs[row] for row in order], [found[row] for row in order], [curves[row] for row in order]
    known = np.array([_known(ground, fit, one) for fit, one in pairs])
    voters = np.array([fit.told.weights.sum() for fit, _ in pairs])
    yield from _named(heard, [fit for fit, _ in pairs])
    columns = [ground.indicators[one] for _, one in pairs]
    yield make.key("indicateur", "Indicateur", "Nom de l'indicateur dans le profil", [one.name for one in columns])
    titles = [one.title or one.name for one in columns]
    yield make.place("indicateur_titre", "Indicateur", "Nom de l'indicateur", titles)
    yield make.place("theme_titre", "Thème", "Thème du profil", [heard.themes.get(one.theme, "") for one in columns])
    ends = [curve.ends if curve else Score(np.nan, np.nan) for curve in curves]
    reasons = np.full(len(pairs), NO_ENDS, dtype=np.object_)
    what = (
        "Vote du cinquième d'électeurs où l'indicateur est le plus haut, moins celui du cinquième où il est le plus bas"
    )
    yield from make.figure(Words("ecart", "Écart", what, POINTS), _figure(ends, known * voters, reasons))
    sense = np.array([_sense(end) for end in ends], dtype=np.object_)
    yield make.said(
        Words("ecart_sens", "Sens", "Écart : si le vote monte ou baisse avec l'indicateur", ""), sense, "ecart"
    )
    yield from _end_columns(make, curves, [one.unit for one in columns])
    what = f"{FOUND}, avec ce seul indicateur (R²)"
    yield from make.figure(Words("seul", "Retrouvé seul", what), _figure([whole for whole, _ in found], known * voters))
    what = "Retrouvé seul : la même part entre les bureaux d'une même commune"
    within = np.array([part.value for _, part in found])
    yield make.beside(Words("seul_commune", "Dans les communes", what), within, "seul")
    what = "Part des électeurs inscrits pour qui l'indicateur est connu"
    yield make.beside(Words("connu", "Connu", what), 100 * known, "")


def theme_columns(heard: Heard) -> Iterator[Described]:
    """One row per outcome and theme: what is lost without it, the rest being kept; its points' spread."""
    ground, make = heard.ground, heard.maker
    themes = list(dict.fromkeys(one.theme for one in ground.indicators))
    pairs = [(fit, theme) for fit in heard.fits for theme in themes]
    points = [theme_points(ground, fit, theme) for fit, theme in pairs]
    lost = [shuffled_loss(fit, part) for (fit, _), part in zip(pairs, points, strict=True)]
    only = [_only(ground, fit, theme) for fit, theme in pairs]
    yield from _named(heard, [fit for fit, _ in pairs])
    yield make.key("theme", "Thème", "Code du thème du profil", [theme for _, theme in pairs])
    yield make.place("theme_titre", "Thème", "Thème du profil", [heard.themes.get(theme, theme) for _, theme in pairs])
    voters = np.array([fit.told.weights.sum() for fit, _ in pairs])
    what = f"{FOUND}, avec les seuls indicateurs de ce thème (R²)"
    yield from make.figure(Words("seul", "Retrouvé seul", what), _figure(only, voters))
    what = "Part que l'on perdrait si les valeurs du thème étaient mêlées au hasard entre bureaux, le reste étant gardé"
    yield from make.figure(Words("perte", "Perte sans lui", what, POINTS), _figure(lost, voters))


def validation_columns(heard: Heard) -> Iterator[Described]:
    """One row per outcome and way of leaving places out: what the whole profile finds again."""
    ground, make, fits = heard.ground, heard.maker, heard.fits
    near = np.array([not department_of(code[:5]).startswith(AWAY) for code in ground.codes])
    yield from _named(heard, fits)
    yield make.key("facon", "Façon", "Ce qui a été laissé de côté : code", [fit.apart.name for fit in fits])
    yield make.place("facon_titre", "Façon", "Ce qui a été laissé de côté", [fit.apart.title for fit in fits])
    voters = np.array([fit.told.weights.sum() for fit in fits])
    what = f"{FOUND}, avec tout le profil, chaque électeur comptant autant (R²)"
    yield from make.figure(Words("retrouve", "Retrouvé", what), _figure([fit.score() for fit in fits], voters))
    plain = [fit.score(np.ones(len(fit.rows))) for fit in fits]
    what = f"{FOUND}, chaque bureau comptant autant (R²)"
    yield from make.figure(Words("retrouve_sans_poids", "Par bureau", what), _figure(plain, voters))
    metropole = [fit.score(fit.told.weights * near[fit.rows]) for fit in fits]
    reasons = np.full(len(fits), NOT_THERE, dtype=np.object_)
    what = f"{FOUND}, en métropole (R²)"
    yield from make.figure(Words("retrouve_metropole", "Métropole", what), _figure(metropole, voters, reasons))
    within = [fit.score_within(ground.communes) for fit in fits]
    reasons = np.full(len(fits), ONE_EACH, dtype=np.object_)
    what = f"{FOUND}, entre les bureaux d'une même commune (R²)"
    yield from make.figure(Words("retrouve_commune", "Dans les communes", what), _figure(within, voters, reasons))
    what = "Erreur absolue moyenne sur les bureaux laissés de côté, pondérée par les inscrits"
    errors = [
        float((fit.told.weights * np.abs(fit.told.counted - fit.told.expected)).sum() / fit.told.weights.sum())
        for fit in fits
    ]
    yield make.beside(Words("erreur", "Erreur", what, POINTS), np.array(errors), "retrouve")


def curve_columns(heard: Heard) -> Iterator[Described]:
    """One row per outcome, indicator and slice of voters: the indicator, the vote counted, the vote of the model."""
    ground, make = heard.ground, heard.maker
    told = [
        (fit, ground.indicators[one], curve)
        for fit in heard.fits
        for one in range(len(ground.indicators))
        if (curve := curve_of(ground, fit, one)) is not None
    ]
    names = [fit.outcome.name for fit in heard.fits]
    told.sort(key=lambda entry: (names.index(entry[0].outcome.name), -abs(np.nan_to_num(entry[2].ends.value))))
    rows = [(fit, column, curve, one) for fit, column, curve in told for one in range(SLICES) if curve.voters[one] > 0]
    yield from _named(heard, [fit for fit, *_ in rows])
    yield make.key("indicateur", "Indicateur", "Nom de l'indicateur dans le profil", [row[1].name for row in rows])
    yield make.place("indicateur_titre", "Indicateur", "Nom de l'indicateur", [row[1].title for row in rows])
    what = "Dixième d'électeurs, de celui où l'indicateur est le plus bas (1) à celui où il est le plus haut (10)"
    yield make.whole(Words("tranche", "Dixième", what, ""), [one + 1 for *_, one in rows])
    yield make.place("unite", "Unité", "Unité de l'indicateur", [row[1].unit for row in rows])
    value, counted, margin, adjusted, voters = (
        np.array([getattr(curve, part)[one] for _, _, curve, one in rows])
        for part in ("value", "counted", "margin", "adjusted", "voters")
    )
    what = "Moyenne de l'indicateur dans la tranche, dans son unité"
    yield make.beside(Words("valeur", "Indicateur", what, ""), value, "compte")
    yield from make.figure(
        Words("compte", "Vote compté", "Vote compté dans la tranche"), Figure(counted, margin, voters)
    )
    what = "Vote que le modèle donne à la tranche, le profil étant par ailleurs moyen"
    yield make.beside(Words("ajuste", "Par ailleurs moyen", what), adjusted, "compte")
    moved = heard.narrowed * np.array([curve.moved[one] for _, _, curve, one in rows])
    what = "Par ailleurs moyen : demi-largeur de l'intervalle à 90 %, d'autres lieux étant lus"
    yield make.margin(Words("ajuste_marge", "Marge", what), moved, "compte")


def _only(ground: Ground, fit: Fit, theme: str) -> Score:
    """What the indicators of one theme find again by themselves."""
    return fit.only(ground, [rank for rank, column in enumerate(ground.indicators) if column.theme == theme])


def _named(heard: Heard, fits: Sequence[Fit]) -> Iterator[Described]:
    """The columns that name the territory and the vote of each row."""
    make, (code, name) = heard.maker, heard.territory
    yield make.key("territoire", "Territoire", "Code du territoire sur lequel porte la ligne", [code] * len(fits))
    yield make.place("libelle", "Nom", "Nom du territoire", [name] * len(fits))
    yield make.key("vote", "Vote", "Participation, ou bloc : code", [fit.outcome.name for fit in fits])
    yield make.place("vote_titre", "Vote", "Participation, ou bloc", [fit.outcome.title for fit in fits])


def _strongest_first(heard: Heard, values: Sequence[float]) -> list[int]:
    """The rows vote by vote, in each the indicators in the same order: those found best for any vote first."""
    many = len(heard.ground.indicators)
    table = np.nan_to_num(np.array(values), nan=-np.inf).reshape(len(heard.fits), many)
    order = np.argsort(-table.max(axis=0), kind="stable")
    return [vote * many + int(one) for vote in range(len(heard.fits)) for one in order]


def _known(ground: Ground, fit: Fit, indicator: int) -> float:
    """The part of the voters of a fit for whom an indicator is known."""
    known = np.isfinite(ground.values[fit.rows, indicator])
    return float(fit.told.weights[known].sum() / fit.told.weights.sum())


def _figure(scores: Sequence[Score], base: Floats, reasons: np.ndarray | None = None) -> Figure:
    """Scores as a figure of the answer."""
    return Figure(np.array([s.value for s in scores]), np.array([s.margin for s in scores]), base, reasons)


def _sense(end: Score) -> str:
    """Whether an outcome is higher or lower where an indicator is high, or neither for sure."""
    if not np.isfinite(end.value):
        return ""
    if not abs(end.value) > end.margin:
        return "ni l'un ni l'autre, à la marge près"
    return "monte" if end.value > 0 else "baisse"


def _end_columns(make: Maker, curves: Sequence[Curve | None], units: Sequence[str]) -> Iterator[Described]:
    """The means of indicator and vote in the lowest and the highest fifth of voters."""
    nothing = (np.nan, np.nan)
    for end, word in (("low", "bas"), ("high", "haut")):
        pairs = np.array([getattr(curve, end) if curve else nothing for curve in curves])
        what = f"Écart : indicateur moyen du cinquième le plus {word}, dans son unité"
        yield make.beside(Words(f"indicateur_{word}", f"Indicateur {word}", what, ""), pairs[:, 0], "ecart")
        what = f"Écart : vote du cinquième où l'indicateur est le plus {word}"
        yield make.beside(Words(f"vote_{word}", f"Vote {word}", what), pairs[:, 1], "ecart")
    yield make.place("indicateur_unite", "Unité", "Unité de l'indicateur", units)
