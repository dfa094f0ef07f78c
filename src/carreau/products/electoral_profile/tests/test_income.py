"""Income: quantiles of mixtures, one distribution from one file, reasons of the publisher."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products import Handed, Input
from carreau.products.electoral_profile import estimate as said
from carreau.products.electoral_profile.carrier import carrier_of
from carreau.products.electoral_profile.estimate import Estimate
from carreau.products.electoral_profile.formula import Formula
from carreau.products.electoral_profile.income import income_estimates_of
from carreau.products.electoral_profile.indicators import PUBLISHED, Indicator
from carreau.products.electoral_profile.refined import Refined
from carreau.products.electoral_profile.zones import NOT_CUT, columns_of

Made = Callable[..., Refined]
NAN = float("nan")
QUANTILES = (0.1, 0.5, 0.9)
WANTED = [
    Indicator(
        f"revenu_{level}",
        "revenus",
        "Revenu",
        "€",
        "Revenu",
        "quantile",
        base=Formula.parse("menages.C_MEN"),
        distribution="revenu",
        quantile=level,
    )
    for level in QUANTILES
]


def published(*medians: float) -> dict[str, list[float]]:
    """Distributions of one shape: the published quantiles are the median's, stretched."""
    scale = {name: 0.4 + 1.2 * level for level, name in PUBLISHED.items()}
    return {name: [median * scale[name] for median in medians] for name in PUBLISHED.values()}


def estimated(refined: Refined) -> list[Estimate]:
    return list(income_estimates_of(WANTED, refined, carrier_of(refined)))


def tables(people: list[float], *medians: float) -> dict[str, dict[str, list[float]]]:
    return {
        "population": {"P_POP": people},
        "menages": {"C_MEN": [value / 2 for value in people]},
        "revenu": published(*medians),
    }


def test_a_station_of_one_zone_has_its_very_quantiles(territory: Made) -> None:
    found = estimated(territory([[0.3, 0.7]], tables([1000.0], 21_000.0)))
    for estimate in found:
        level = estimate.indicator.quantile
        np.testing.assert_allclose(estimate.value, 21_000 * (0.4 + 1.2 * level), rtol=1e-9)


def test_the_median_of_a_mixture_is_not_the_mean_of_medians(territory: Made) -> None:
    refined = territory([[1.0], [1.0]], tables([900.0, 100.0], 15_000.0, 90_000.0))
    median = estimated(refined)[1].value[0]
    mean = 0.9 * 15_000 + 0.1 * 90_000
    assert 15_000 < median < 18_000 < mean


def test_the_base_is_those_whom_the_quantile_is_about(territory: Made) -> None:
    refined = territory([[0.5, 0.5]], tables([1000.0], 20_000.0))
    assert estimated(refined)[0].base.tolist() == [250.0, 250.0]
    assert np.isnan(estimated(refined)[0].number).all()


@given(st.lists(st.floats(8_000, 60_000), min_size=3, max_size=3), st.lists(st.floats(1, 3000), min_size=3, max_size=3))
def test_quantiles_rise(territory: Made, medians: list[float], people: list[float]) -> None:
    low, middle, high = (one.value[0] for one in estimated(territory([[1.0]] * 3, tables(people, *medians))))
    assert low <= middle <= high


def test_a_secret_zone_gives_its_publishers_reason(territory: Made) -> None:
    refined = territory(
        [[1.0]], tables([1000.0], NAN), reasons={"revenu": {name: ["s"] for name in PUBLISHED.values()}}
    )
    assert estimated(refined) == []
    refined = territory(
        [[1.0, 0.0], [0.0, 1.0]],
        tables([1000.0, 1000.0], NAN, 20_000.0),
        reasons={"revenu": {name: ["s", ""] for name in PUBLISHED.values()}},
    )
    assert [one.status.tolist() for one in estimated(refined)] == [["secret statistique (s)", ""]] * 3
    assert np.isnan(estimated(refined)[1].value[0])


def test_a_station_known_of_less_than_half_its_people_is_hidden_and_a_little_more_is_graded_down(
    territory: Made,
) -> None:
    weights = [[1.0], [1.0], [1.0]]
    hidden = estimated(territory(weights, tables([500.0, 490.0, 11.0], 20_000.0, NAN, NAN)))[1]
    assert np.isnan(hidden.value[0])
    shown = estimated(territory(weights, tables([500.0, 490.0, 10.0], 20_000.0, NAN, NAN)))[1]
    assert shown.value[0] == pytest.approx(20_000.0)
    assert shown.grade[0] == 1  # one step under A: the zones that are known do not differ


def test_a_station_without_contour_takes_the_communes_median(territory: Made) -> None:
    refined = territory([[1.0, 0.0], [1.0, 0.0]], tables([900.0, 100.0], 15_000.0, 90_000.0), placed=["contour", ""])
    found = estimated(refined)[1]
    assert found.value[1] == found.compared["commune"][1] == pytest.approx(found.value[0])
    assert (found.status[1], found.grade[1]) == (said.COMMUNE_SHARE, 4)
    assert np.isnan(found.base[1])
    assert found.margin[1] > found.margin[0] == 0


def test_a_profile_without_quantile_asks_for_no_income(territory: Made) -> None:
    refined = territory([[1.0]], tables([900.0], 15_000.0))
    assert list(income_estimates_of([], refined, carrier_of(refined))) == []


def handed(name: str, table: pa.Table) -> Handed:
    """A table as the house hands it over; who made it is its file's name."""
    return Handed(Input("insee_filosofi", name, name, "2021", "original"), None, lambda: table)  # type: ignore[arg-type] # no file is opened


def income_table(key: str, codes: list[str], medians: list[float | None], marks: list[str | None]) -> pa.Table:
    columns = {name: pa.array(medians, pa.float64()) for name in PUBLISHED.values()}
    return pa.table({key: codes, **columns, **{f"{name}_statut": pa.array(marks, pa.string()) for name in columns}})


def test_a_whole_commune_takes_all_its_figures_from_the_first_file_that_knows_its_median() -> None:
    zones = np.array(["960010101", "960020000", "960030000", "960040000"])
    recent = income_table("CODGEO", ["96002", "96003"], [21_000.0, None], [None, "s"])
    older = income_table("CODGEO", ["96002", "96003", "96001"], [1.0, 18_000.0, 2.0], [None, None, None])
    found = columns_of(
        WANTED,
        {
            "revenu": (handed("iris", income_table("IRIS", ["960010101"], [20_000.0], [None])),),
            "revenu_communes": (handed("récent", recent),),
            "revenu_communes_avant": (handed("ancien", older),),
        },
        zones,
    )
    for name in ("D1", "MED", "D9"):
        np.testing.assert_array_equal(found.values["revenu"][name], [20_000, 21_000, 18_000, NAN])
        assert found.reasons["revenu"][name].tolist() == ["", "", "", NOT_CUT]
    served = {entry.name: zones[mask].tolist() for entry, mask in found.served["revenu"]}
    assert served == {"iris": ["960010101"], "récent": ["960020000"], "ancien": ["960030000"]}
    for reached, files in (([0, 3], ["iris"]), ([2], ["ancien"]), ([0, 1], ["iris", "récent"]), ([], ["iris"])):
        speaking = found.inputs(np.isin(np.arange(4), reached))["revenu"]
        assert [entry.name for entry in speaking] == files


def test_a_commune_under_secrecy_in_every_file_says_its_mark() -> None:
    secret = income_table("CODGEO", ["96002"], [None], ["s"])
    hands = {
        "revenu": (handed("iris", income_table("IRIS", ["960010101"], [20_000.0], [None])),),
        "revenu_communes": (handed("récent", secret),),
    }
    found = columns_of(WANTED, hands, np.array(["960010101", "960020000"]))
    assert found.reasons["revenu"]["MED"].tolist() == ["", "s"]
