"""Hidden IRIS of the publishers' files: a known value is hidden, the profile says what it would, the truth is there.

Two questions: what a place takes from its commune (``borrowed``), and how far a station's figure moves when some of its
IRIS say nothing (``unsaid``). Whole departments calibrate, the others report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from accuracy_samples import Sample
from accuracy_town import KINDS, patched
from scipy import sparse

from carreau.house import SILENT, open_home
from carreau.house.gather import Gatherer, hands_of
from carreau.house.home import PROFILE
from carreau.products import Hands, Product, inputs_of
from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import Estimate, estimates_of
from carreau.products.electoral_profile.income import income_estimates_of
from carreau.products.electoral_profile.indicators import indicators_of
from carreau.products.electoral_profile.refine import refine
from carreau.products.electoral_profile.refined import Refined, TargetFrame, Values, ZoneFrame, blank
from carreau.products.electoral_profile.zones import columns_of, departments_of, zone_codes
from carreau.terms import Territory

FOLDS = 5
FEWEST = 3  # IRIS that a commune must have, so that two are left to say what one is
SMALLEST = 50  # people behind a figure: under this one, a share of an IRIS is a matter of a few persons
CALIBRATION = ("13", "35", "51", "59")
REPORT = ("31", "33", "69", "76")
SEED = 20261124


def handed(mirror: Path, folder: Path) -> tuple[Product, Hands]:
    """The profile's declaration and the publishers' files, read."""
    home = open_home(folder, mirror)
    product = home.product_list[PROFILE]
    return product, hands_of(
        inputs_of(product.facts), Gatherer(home.source_list, home.workspace, home.mirror, home.clock), SILENT
    )


def halves(names: Values) -> Mapping[str, bool]:
    """Whether each department calibrates: one in two, by a fixed draw."""
    known = np.unique(names)
    drawn = np.random.default_rng(SEED).permutation(len(known)) < len(known) / 2
    return dict(zip(known.tolist(), drawn.tolist(), strict=True))


def country(product: Product, hands: Hands) -> Refined:
    """All IRIS of communes cut into enough of them, as places without contour: each takes its commune's figure."""
    codes, communes = zone_codes(hands)
    zones = ZoneFrame(codes, communes, departments_of(communes), blank(len(codes)))
    found = columns_of(indicators_of(product.facts), hands, codes)
    _, index, many = np.unique(communes, return_inverse=True, return_counts=True)
    chosen = many[index] >= FEWEST
    people = np.nan_to_num(found.values["population"]["P_POP"])
    size = int(chosen.sum())
    targets = TargetFrame(
        codes[chosen], communes[chosen], zones.departments[chosen], blank(size), people[chosen], blank(size)
    )
    nothing = sparse.csr_array((len(codes), size))
    return Refined(targets, zones, nothing, found.values, found.reasons, {})


def hidden(refined: Refined, some: Values) -> Refined:
    """The same material with every figure of ``some`` zones hidden; their population is known, as it always is."""
    tables = {
        alias: {name: values if name == "P_POP" else np.where(some, np.nan, values) for name, values in table.items()}
        for alias, table in refined.tables.items()
    }
    return replace(refined, tables=tables)


def all_estimates(product: Product, refined: Refined) -> list[Estimate]:
    """The estimates of all indicators."""
    indicators, carrier = indicators_of(product.facts), carrier_of(refined)
    return [*estimates_of(indicators, refined, carrier), *income_estimates_of(indicators, refined, carrier)]


def borrowed_samples(product: Product, hands: Hands) -> Iterator[tuple[bool, Sample]]:
    """The IRIS of France re-estimated from the others of their commune, and whether their department calibrates."""
    whole = country(product, hands)
    position = np.flatnonzero(np.isin(whole.zones.codes, whole.targets.codes))
    fold = np.random.default_rng(SEED).integers(0, FOLDS, len(whole.zones.codes))
    half_of = halves(whole.zones.departments)
    calibrates = np.array([half_of[name] for name in whole.targets.departments.tolist()])
    material = hidden(whole, fold == 0)
    runs = []
    for value in (None, 0.0, 1.0):
        with patched("borrowed", value, "share", "ratio", "income"):
            runs.append(all_estimates(product, material))
    with patched("borrowed", 0.0, "grain"):
        runs.append(all_estimates(product, material))
    here = fold[position] == 0
    for found, without, unit, tight in zip(*runs, strict=True):
        truth, people = own_figure(found, whole, position)
        shown = here & np.isfinite(found.value) & np.isfinite(truth) & (people >= SMALLEST)
        if found.indicator.kind == "count":
            continue
        parts = (np.abs(found.value - truth), found.margin, without.margin, unit.margin, people)
        loose = found.margin**2 - tight.margin**2
        for half in (True, False):
            kept = shown & (calibrates == half)
            kind = KINDS[found.indicator.kind]
            yield half, Sample(kind, "borrowed", *(part[kept] for part in parts), loose=loose[kept])


def own_figure(estimate: Estimate, refined: Refined, position: Values) -> tuple[Values, Values]:
    """The figure that each zone itself tells, and how many people it is about."""
    known = estimate.indicator
    if known.number is None:
        alias, name = known.columns[0]
        return refined.column(alias, name)[position], np.nan_to_num(refined.column("population", "P_POP"))[position]
    number = known.number.values(refined.column)[position]
    base = known.base.values(refined.column)[position] if known.base else number
    people = known.weight.values(refined.column)[position] if known.weight else base
    with np.errstate(invalid="ignore", divide="ignore"):
        return number / base * (100 if known.kind == "share" else 1), np.nan_to_num(people)


def unsaid_samples(product: Product, hands: Hands) -> Iterator[tuple[bool, Sample]]:
    """Stations some of whose IRIS say nothing, beside what they say when all speak; nothing else differs."""
    for department in (*CALIBRATION, *REPORT):
        territory = Territory.parse(f"dep:{department}")
        refined = refine(product, territory, {**hands, "ballots": ()}, lambda key, make: make()).refined
        some = np.random.default_rng(SEED).random(len(refined.zones.codes)) < 1 / FOLDS
        truths, runs = all_estimates(product, refined), []
        for value in (None, 0.0, 1.0):
            with patched("unsaid", value, "share", "ratio", "income", "count"):
                runs.append(all_estimates(product, hidden(refined, some)))
        for truth, found, without, unit in zip(truths, *runs, strict=True):
            alone, own = (np.sqrt(np.maximum(one.margin**2 - without.margin**2, 0)) for one in (found, unit))
            error = np.abs(found.value - truth.value)
            shown = np.isfinite(error) & (own > 0) & (refined.targets.placed != "") & (found.status == "")
            people = np.nan_to_num(found.value if found.indicator.kind == "count" else found.base)
            parts = (error, alone, np.zeros(len(own)), own, people)
            sample = Sample(KINDS[found.indicator.kind], "unsaid", *(part[shown] for part in parts))
            yield department in CALIBRATION, sample


def halved(found: Iterable[tuple[bool, Sample]]) -> tuple[list[Sample], list[Sample]]:
    """The samples that calibrate, and those that report."""
    halves_of: tuple[list[Sample], list[Sample]] = ([], [])
    for calibrating, sample in found:
        halves_of[not calibrating].append(sample)
    return halves_of


def iris_samples(product: Product, hands: Hands) -> tuple[list[Sample], list[Sample]]:
    """The samples of both questions: those that calibrate, and those that report."""
    return halved([*borrowed_samples(product, hands), *unsaid_samples(product, hands)])
