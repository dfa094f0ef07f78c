"""The profile against the truth of synthetic towns: errors by weighting, and errors beside their margins."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from accuracy_samples import Sample

from carreau.house import SILENT, open_home
from carreau.house.gather import Gatherer, hands_of
from carreau.house.home import PROFILE
from carreau.products import Hands, Product, inputs_of
from carreau.products.electoral_profile import margins
from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import COMMUNE_SHARE, Estimate, estimates_of
from carreau.products.electoral_profile.income import PUBLISHED, income_estimates_of
from carreau.products.electoral_profile.indicators import Indicator, indicators_of
from carreau.products.electoral_profile.outside import COLUMN as OUTSIDE
from carreau.products.electoral_profile.outside import counts_inhabitants
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.refined import Refined
from carreau.terms import Territory
from carreau.testing.error import normalised_error
from carreau.testing.town import Town, town, written

METHODS = {"adresses": (), "carreaux": ("adresses",), "surface": ("adresses", "carreaux")}
PEOPLE = (15_000, 30_000, 60_000)
LEVELS = (0.25, 0.45, 0.65)  # how far neighbourhoods differ
WORKERS = 2
TOWNS = 99  # of each half: towns differ, in incomes most, and few of them would not tell two points apart
CALIBRATION = tuple((1001 + k, LEVELS[k % 3], PEOPLE[k // 3 % 3]) for k in range(TOWNS))
REPORT = tuple((5001 + k, LEVELS[k % 3], PEOPLE[k // 3 % 3]) for k in range(TOWNS))
KINDS = {"share": "share", "ratio": "ratio", "count": "count", "quantile": "income"}
MOVING = (
    "population.P_POP",
    "population.P_POP0014",
    "population.P_POP65P",
    "population.C_POP15P_STAT_GSEC13_23",
    "population.C_POP15P_STAT_GSEC16_26",
    "activite.P_CHOM1564",
    "diplomes.P_NSCOL15P_SUP5",
    "logement.P_RP_PROP",
    "logement.P_RP_LOCHLMV",
    "menages.C_MENPSEUL",
    "menages.C_MENFAMMONO",
)


@dataclass(frozen=True)
class Case:
    """One town carried by one weighting: its samples of errors, and the error of each carried count."""

    method: str
    samples: list[Sample]
    errors: Mapping[str, float]


@contextmanager
def home_of(place: Town) -> Iterator[tuple[Product, Hands]]:
    """The profile's declaration and the files of a town, read."""
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Path(folder) / "home", written(place, Path(folder) / "town"))
        gatherer = Gatherer(home.source_list, home.workspace, home.mirror, home.clock)
        product = home.product_list[PROFILE]
        yield product, hands_of(inputs_of(product.facts), gatherer, SILENT)


def town_cases(towns: Sequence[tuple[int, float, int]]) -> Iterator[Case]:
    """Every town carried by every weighting, in order; several are made at once."""
    with ProcessPoolExecutor(WORKERS) as pool:
        for cases in pool.map(cases_of, towns):
            yield from cases


def cases_of(one: tuple[int, float, int]) -> list[Case]:
    """One town carried by every weighting: the better inputs are taken away for the others."""
    seed, segregation, people = one
    place = town(people, seed, segregation)
    with home_of(place) as (product, hands):
        given = {alias: () if alias == "ballots" else entries for alias, entries in hands.items()}  # accuracy_votes
        return [
            case_of(product, given | dict.fromkeys(without, ()), place, method) for method, without in METHODS.items()
        ]


@contextmanager
def patched(section: str, value: float | None, *names: str, keys: tuple[str, ...] = ("value",)) -> Iterator[None]:
    """The measured facts of a section of ``margins.toml`` set to ``value`` for a while; as declared with ``None``.

    ``names`` are entries of the section, ``keys`` what is set in each.
    """
    declared = margins.facts()[section]
    before = {name: dict(declared[name]) for name in names}
    for name in names if value is not None else ():
        declared[name].update(dict.fromkeys(keys, value))
    try:
        yield
    finally:
        for name, entry in before.items():
            declared[name].update(entry)


def estimates(product: Product, refined: Refined, value: float | None) -> list[Estimate]:
    """The estimates of the sources of a town, with the factor of each set to ``value``.

    That of counts is set apart, for a count rests on the factor of shares too; that of tenure is its grain.
    """
    indicators, carrier = indicators_of(product.facts), carrier_of(refined)
    built = [indicator for indicator in indicators if margins.of_tenure(indicator)]
    counts = [indicator for indicator in indicators if indicator.kind == "count"]
    rates = [indicator for indicator in indicators if indicator not in built and indicator not in counts]
    with patched("apportionment", value, *METHODS, keys=("share", "ratio", "income")):
        carrier = carrier_of(refined)
        found = [*estimates_of(rates, refined, carrier), *income_estimates_of(rates, refined, carrier)]
    with patched("grain", value, "tenure"):
        found += estimates_of(built, refined, carrier_of(refined))
    with patched("apportionment", value, *METHODS, keys=("count",)):
        return [*found, *estimates_of(counts, refined, carrier_of(refined))]


def tight_margins(product: Product, refined: Refined) -> Mapping[str, np.ndarray]:
    """The margins of counts without their grain, and of incomes without their floor, by indicator."""
    indicators = [one for one in indicators_of(product.facts) if one.kind in {"count", "quantile"}]
    carrier = carrier_of(refined)
    with patched("grain", 0.0, "count"), patched("floor", 0.0, "income"):
        found = [*estimates_of(indicators, refined, carrier), *income_estimates_of(indicators, refined, carrier)]
    return {one.indicator.name: one.margin for one in found}


def case_of(product: Product, hands: Hands, place: Town, method: str) -> Case:
    """The estimates of one town by one weighting, beside their truth."""
    refined = refine(product, Territory.parse("dep:96"), hands, lambda key, make: make()).refined
    column = true_columns(place, refined.targets.codes.tolist())
    carrier = carrier_of(refined)
    tight = tight_margins(product, refined)
    samples = [
        sample_of(method, each, truth_of(each[0].indicator, column), tight.get(each[0].indicator.name))
        for each in zip(*(estimates(product, refined, value) for value in (None, 0.0, 1.0)), strict=True)
    ]
    if not METHODS[method]:
        samples += untold_samples(product, refined, column)
    errors = {
        name: normalised_error(carrier.carried(np.nan_to_num(refined.column(alias, name))), column(alias, name))
        for alias, name in (pair.split(".") for pair in MOVING)
    }
    return Case(method, samples, errors)


def untold_samples(product: Product, refined: Refined, column: Callable[[str, str], np.ndarray]) -> list[Sample]:
    """The shares of inhabitants as they are where the census does not tell who lives outside households."""
    alias, name = OUTSIDE
    table = {**refined.tables[alias], name: np.full(len(refined.zones.codes), np.nan)}
    blind = replace(refined, tables={**refined.tables, alias: table})
    some = [one for one in indicators_of(product.facts) if counts_inhabitants(one)]
    runs = []
    for value in (None, 0.0, 1.0):
        with patched("floor", value, "untold"):
            runs.append(list(estimates_of(some, blind, carrier_of(blind))))
    return [sample_of("untold", each, truth_of(each[0].indicator, column)) for each in zip(*runs, strict=True)]


def sample_of(
    method: str, found: tuple[Estimate, Estimate, Estimate], truth: np.ndarray, tight: np.ndarray | None = None
) -> Sample:
    """One indicator as a sample: its estimate as declared, with its measured factor at 0 and at 1.

    ``tight`` is its margin without its grain or its floor.
    """
    estimate, without, unit = found
    shown = np.isfinite(estimate.value) & np.isfinite(truth) & (estimate.status != COMMUNE_SHARE)
    kind = "tenure" if margins.of_tenure(estimate.indicator) else KINDS[estimate.indicator.kind]
    size = np.nan_to_num(estimate.value if kind == "count" else estimate.base)
    parts = (np.abs(estimate.value - truth), estimate.margin, without.margin, unit.margin, size)
    loose = estimate.margin**2 - (estimate.margin if tight is None else tight) ** 2
    return Sample(kind, method, *(part[shown] for part in parts), name=estimate.indicator.title, loose=loose[shown])


def true_columns(place: Town, codes: list[str]) -> Callable[[str, str], np.ndarray]:
    """The function that gives a true column on the stations, in the order of ``codes``."""
    row = {code: position for position, code in enumerate(place.truth["bv_id"].to_pylist())}
    order = [row[code] for code in codes]

    def column(_: str, name: str) -> np.ndarray:
        values = place.truth[name].cast(pa.float64()).fill_null(np.nan).to_numpy()
        return values[order]

    return column


def truth_of(indicator: Indicator, column: Callable[[str, str], np.ndarray]) -> np.ndarray:
    """The true figure of an indicator on each station, from the truth's own columns."""
    if indicator.number is None:
        return column("", PUBLISHED[indicator.quantile])
    number = indicator.number.values(column)
    if indicator.base is None:
        return number
    with np.errstate(invalid="ignore", divide="ignore"):
        return number / indicator.base.values(column) * (100 if indicator.kind == "share" else 1)
