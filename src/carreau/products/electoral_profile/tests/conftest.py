"""What the tests of the profile share: a town profiled once, and small refined territories made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from scipy import sparse

from carreau.house import SILENT, Home, open_home
from carreau.house.gather import Gatherer, hands_of
from carreau.products import Draft, Hands, Input, Product, catalogue, inputs_of
from carreau.products.electoral_profile.build import build, refine
from carreau.products.electoral_profile.material import Material
from carreau.products.electoral_profile.refined import Refined, TargetFrame, ZoneFrame
from carreau.terms import Territory
from carreau.testing.town import Town, town, written

settings.register_profile("profile", deadline=None)
settings.load_profile("profile")
_MIRROR = next((p / "shared" / "data" for p in Path(__file__).parents if (p / "shared" / "data").is_dir()), None)


@pytest.fixture(scope="session")
def product() -> Product:
    """The electoral profile as it declares itself."""
    return catalogue()["electoral_profile"]


@pytest.fixture(scope="session")
def place() -> Town:
    """A town of 30,000 people, whose truth is known."""
    return town(people=30_000)


def handed_over(home: Home, product: Product) -> Hands:
    """What the profile is handed by a home."""
    gatherer = Gatherer(home.source_list, home.workspace, home.mirror, home.clock)
    return hands_of(inputs_of(product.facts), gatherer, SILENT)


@pytest.fixture(scope="session")
def hands(place: Town, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Hands:
    """The files of the town, read."""
    folder = tmp_path_factory.mktemp("town")
    return handed_over(open_home(folder / "home", written(place, folder / "mirror")), product)


@pytest.fixture(scope="session")
def refined_as(product: Product) -> Callable[..., Material]:
    """The function that refines a territory out of what is handed over, without some of the inputs."""

    def refined(hands: Hands, territory: str = "dep:96", without: Sequence[str] = ()) -> Material:
        left = {alias: () if alias in without else entries for alias, entries in hands.items()}
        return refine(product, Territory.parse(territory), left, lambda key, make: make())

    return refined


@pytest.fixture(scope="session")
def material(refined_as: Callable[..., Material], hands: Hands) -> Material:
    """The town refined by its best weights."""
    return refined_as(hands)


@pytest.fixture(scope="session")
def draft(product: Product, material: Material) -> Draft:
    """The profile of the town."""
    return build(product, material)


@pytest.fixture(scope="session")
def figures(draft: Draft) -> Callable[[str], np.ndarray]:
    """The function that gives a column of numbers of the town's profile, NaN where empty."""
    return lambda name: draft.table[name].to_pandas().to_numpy(dtype=float)


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home over the publishers' files, or the test is skipped."""
    if _MIRROR is None:
        pytest.skip("les fichiers des producteurs (../shared/data) ne sont pas là")
    return open_home(tmp_path_factory.mktemp("published"), _MIRROR)


@pytest.fixture(scope="session")
def published(published_home: Home, product: Product) -> Hands:
    """The publishers' files, read."""
    return handed_over(published_home, product)


@pytest.fixture(scope="session")
def territory() -> Callable[..., Refined]:
    """The function that makes a small refined territory out of dense weights (zones x stations) and columns.

    Zones z0, z1… and stations s0, s1… lie in the communes and departments given, one and the same by default.
    """

    def made(
        weights: Sequence[Sequence[float]], tables: Mapping[str, Mapping[str, Sequence[float]]], **facts: Any
    ) -> Refined:
        dense = np.asarray(weights, dtype=float)
        zones, stations = dense.shape
        communes, ours = facts.get("communes", ["96001"] * zones), facts.get("of_stations", ["96001"] * stations)
        placed = facts.get("placed", ["contour"] * stations)
        return Refined(
            TargetFrame(
                np.array([f"s{k}" for k in range(stations)]),
                np.array(ours),
                np.array([commune[:2] for commune in ours]),
                np.array(["Carreville"] * stations, dtype=object),
                np.full(stations, 500.0),
                np.array(placed, dtype=object),
            ),
            ZoneFrame(
                np.array([f"z{k}" for k in range(zones)]),
                np.array(communes),
                np.array([commune[:2] for commune in communes]),
                np.array(facts.get("methods", ["surface"] * zones), dtype=object),
            ),
            sparse.csr_array(dense),
            {
                alias: {name: np.asarray(values, dtype=float) for name, values in columns.items()}
                for alias, columns in tables.items()
            },
            {
                alias: {name: np.asarray(words, dtype=object) for name, words in columns.items()}
                for alias, columns in facts.get("reasons", {}).items()
            },
            {alias: (Input("insee_census", "ic.zip", "0", "2022", "original"),) for alias in tables},
        )

    return made


@pytest.fixture
def clean_margins() -> Iterator[dict[str, Any]]:
    """The declared facts of margins, put back as they were after the test."""
    from carreau.products.electoral_profile import margins

    declared: Any = margins.facts()["apportionment"]
    before = {name: dict(entry) for name, entry in declared.items()}
    yield declared
    for name, entry in before.items():
        declared[name].update(entry)
