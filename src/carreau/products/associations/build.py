"""What goes with what: from the release of a profile to the Draft, at the level asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from carreau.places.remarks import counted
from carreau.products.associations.columns import maker_of
from carreau.products.associations.fits import HALF, Fit, fits_of
from carreau.products.associations.ground import SIZE, Ground, ground_of
from carreau.products.associations.outcomes import Outcome, latest_election, outcomes_of
from carreau.products.associations.places_apart import missing_ways, ways_apart
from carreau.products.associations.rows_of_places import (
    Heard,
    curve_columns,
    indicator_columns,
    theme_columns,
    validation_columns,
)
from carreau.products.associations.rows_of_stations import coverage_remark, station_columns
from carreau.products.crossings import Election
from carreau.products.crossings.draft import territory_name
from carreau.products.declare import Asked, Draft, Hands, Product, Reading
from carreau.terms import Schema
from carreau.typography import number

STATION: Final = "bureau"
VALIDATION: Final = "validation"
TOGETHER: Final = (
    "Ce qui va ensemble d'un lieu à l'autre ne dit ni pourquoi, ni ce que fait une personne\u202f: ce sont des lieux "
    "que l'on compare"
)
NO_VOTES: Final = "Seuls servent les indicateurs du profil qui ne sont pas des votes\u202f: {count} ici"
WHOLE: Final = "Avec tout le profil, part des différences entre bureaux retrouvée ({how})\u202f: {said}"
_TERRITORY: Final = {
    "territoire": indicator_columns, "themes": theme_columns, "courbes": curve_columns, VALIDATION: validation_columns,
}  # fmt: skip
_BASE: Final = {"territoire": "ecart_base", "themes": "seul_base", "courbes": "compte_base",
                VALIDATION: "retrouve_base", STATION: "attendu_base"}  # fmt: skip


def build(product: Product, asked: Asked, profile: Reading, hands: Hands) -> Draft:
    """The Draft of what goes with the votes of an election, at the level asked.

    :class:`~carreau.errors.Unknown` for an election or a vote that is not at hand, :class:`~carreau.errors.Missing`
    when too few stations tell both their people and their votes.
    """
    election = latest_election(profile, asked)
    outcomes = outcomes_of(profile, election, asked.choices["outcome"])
    ground = ground_of(profile)
    ways = ways_apart(ground)
    fits = fits_of(ground, outcomes, ways[0])
    if asked.level == VALIDATION:
        fits = (*fits, *(fit for way in ways[1:] for fit in fits_of(ground, outcomes, way)))
    heard = _heard(product, asked, profile, ground, fits)
    stations = asked.level == STATION
    columns = list(station_columns(profile, heard) if stations else _TERRITORY[asked.level](heard))
    where = product.facts["levels"][asked.level]
    schema = Schema(where["grain"], tuple(column for column, _ in columns))
    table = pa.table([array for _, array in columns], names=list(schema.names))
    nowhere = pa.table({where["key"]: pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    contours = profile.geometry if stations and len(fits) == 1 else nowhere  # one row per contour, or none
    remarks = (*_remarks(ground, election, fits), *([coverage_remark(fits)] if stations else []))
    return Draft(product, asked.territory, schema, table, contours, _BASE[asked.level], profile.lineage, remarks)


def _heard(product: Product, asked: Asked, profile: Reading, ground: Ground, fits: tuple[Fit, ...]) -> Heard:
    """What the columns are made from."""
    own = [column.name for column in ground.indicators if column is not SIZE]
    votes: dict[str, Outcome] = {fit.outcome.name: fit.outcome for fit in fits}
    maker = maker_of(profile, [*own, *(one.column.name for one in votes.values())], product.facts)
    themes = {**{str(key): str(text) for key, text in profile.facts["themes"].items()}, SIZE.theme: SIZE.title}
    named = (str(asked.territory), territory_name(asked, profile))
    return Heard(ground, fits, named, themes, maker, float(product.facts["parts"]["narrowed"]["value"]))


def _remarks(ground: Ground, election: Election, fits: Sequence[Fit]) -> tuple[str, ...]:
    """What a reader must know: the election, what is read, how places were left out, what is found again."""
    rows = max(len(fit.rows) for fit in fits)
    own = sum(column is not SIZE for column in ground.indicators)
    first = [fit for fit in fits if fit.apart is fits[0].apart]
    said = " ; ".join(f"{fit.outcome.title} {_percent(fit)}" for fit in first)
    unknown = int((ground.known < HALF).sum())
    read = f"{number(rows)} bureaux lus sur {number(len(ground.codes))}"
    ways = missing_ways(ground)
    return (
        f"Élection lue\u202f: {election.title}",
        read,
        *counted(unknown, "bureau{x} sans profil (moins de la moitié des indicateurs), non lu{s}"),
        WHOLE.format(how=fits[0].apart.title, said=said),
        *([ways] if ways else []),
        NO_VOTES.format(count=own),
        TOGETHER,
    )


def _percent(fit: Fit) -> str:
    """The share that a fit finds again, with its margin."""
    score = fit.score()
    return f"{score.value:.0f}\u202f% ± {score.margin:.0f}".replace("-", "−")
