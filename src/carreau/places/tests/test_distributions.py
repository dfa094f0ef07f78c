"""Quantiles go through distributions: between their origins' own, rising, exact when the origins agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import ndtri

from carreau.errors import Broken
from carreau.places import distributions
from carreau.places.crosswalk import Crosswalk, crosswalk_of
from carreau.places.distributions import DECILES, Quantiles, carried_quantiles, distributions_of

WANTED = (0.1, 0.25, 0.5, 0.9)
ORIGINS = 4
incomes = hnp.arrays(np.float64, (ORIGINS, 9), elements=st.floats(100, 90_000)).map(
    lambda a: np.sort(a, axis=1)
)
people = hnp.arrays(np.float64, ORIGINS, elements=st.floats(1, 5000))
weights = hnp.arrays(np.float64, (ORIGINS, 3), elements=st.floats(0.01, 0.33))


def crosswalk(dense: np.ndarray) -> Crosswalk:
    rows, columns = np.nonzero(dense)
    names = (np.asarray([f"{c}{k}" for k in range(size)]) for c, size in zip("ot", dense.shape, strict=True))
    return crosswalk_of(*names, (rows, columns, dense[rows, columns]), vintage="", method="surface")


def lognormal(median: float, spread: float = 0.5) -> np.ndarray:
    return median * np.exp(spread * ndtri(np.asarray(DECILES)))


@settings(max_examples=50)
@given(incomes, people, weights)
def test_quantiles_rise_and_lie_between_those_of_their_origins(values, mass, dense) -> None:
    found = carried_quantiles(crosswalk(dense), Quantiles(DECILES, values), mass, DECILES).values
    assert (np.diff(found, axis=1) >= 0).all()
    assert (found >= values.min(axis=0) - 1e-9).all()
    assert (found <= values.max(axis=0) + 1e-9).all()


@given(incomes.map(lambda a: np.repeat(a[:1], ORIGINS, axis=0)), people, weights)
def test_origins_that_agree_give_their_own_quantiles_exactly(values, mass, dense) -> None:
    found = carried_quantiles(crosswalk(dense), Quantiles(DECILES, values), mass, DECILES)
    np.testing.assert_array_equal(found.values, np.repeat(values[:1], 3, axis=0))
    np.testing.assert_allclose(found.known, 1)


@settings(max_examples=30)
@given(incomes, people, weights, st.permutations(range(ORIGINS)), st.floats(0.1, 1000))
def test_neither_the_order_nor_the_currency_matters(values, mass, dense, order, rate) -> None:
    one = carried_quantiles(crosswalk(dense), Quantiles(DECILES, values), mass, WANTED).values
    turned = carried_quantiles(
        crosswalk(dense[order]), Quantiles(DECILES, values[order] * rate), mass[order], WANTED
    )
    np.testing.assert_allclose(turned.values, one * rate, rtol=1e-6)


def test_the_median_of_a_mixture_is_not_the_mean_of_the_medians() -> None:
    values = np.stack([lognormal(12_000), lognormal(40_000)])
    dense = np.ones((2, 1))
    found = carried_quantiles(crosswalk(dense), Quantiles(DECILES, values), [3000, 1000]).values[0, 0]
    draws = np.concatenate(
        [d * np.exp(0.5 * ndtri((np.arange(n) + 0.5) / n)) for d, n in ((12_000, 300_000), (40_000, 100_000))]
    )
    assert found == pytest.approx(np.median(draws), rel=5e-3)
    assert abs(found - (12_000 * 0.75 + 40_000 * 0.25)) > 2000


def test_quartiles_alone_and_a_median_alone_borrow_the_shape_of_the_others() -> None:
    values = np.stack([lognormal(20_000)] * 3)
    values[1, [0, 1, 2, 3, 5, 6, 7, 8]] = np.nan
    found = distributions_of(Quantiles(DECILES, values), [1, 1, 1])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)
    quartiles = Quantiles((0.25, 0.5, 0.75), np.array([[14_000.0, 20_000, 29_000], [np.nan, 10_000, np.nan]]))
    shaped = distributions_of(quartiles, [1, 1])
    at = {p: int(np.flatnonzero(np.isclose(distributions._KNOTS, p))[0]) for p in (0.25, 0.5, 0.75)}
    assert [shaped[0, at[p]] for p in at] == [14_000, 20_000, 29_000]
    assert shaped[1, at[0.25]] == pytest.approx(7_000, rel=1e-3)


def test_without_any_origin_of_three_values_the_declared_spread_is_taken() -> None:
    found = distributions_of(Quantiles((0.5,), np.array([[20_000.0], [np.nan]])), [10, 10])
    tenth, ninth = (found[0, np.isclose(distributions._KNOTS, p)][0] for p in (0.1, 0.9))
    assert ninth / tenth == pytest.approx(3.4, rel=0.01)
    assert np.isnan(found[1]).all()


def test_what_is_not_published_is_said() -> None:
    values = np.stack([lognormal(20_000), np.full(9, np.nan)])
    found = carried_quantiles(
        crosswalk(np.array([[0.5, 0.0], [0.5, 1.0]])), Quantiles(DECILES, values), [100, 300]
    )
    np.testing.assert_allclose(found.known, [0.25, 0])
    assert found.values[0, 0] == pytest.approx(20_000)
    assert np.isnan(found.values[1, 0])


def test_no_origin_publishes_anything() -> None:
    found = carried_quantiles(crosswalk(np.ones((2, 1))), Quantiles((0.5,), np.full((2, 1), np.nan)), [1, 1])
    assert np.isnan(found.values).all()


def test_zero_incomes_and_equal_deciles_are_no_trouble() -> None:
    values = np.array([[0.0] * 3 + [500.0] * 6, [0.0] * 9])
    found = carried_quantiles(crosswalk(np.ones((2, 1))), Quantiles(DECILES, values), [1, 1], WANTED).values[
        0
    ]
    np.testing.assert_allclose(found, [0, 0, 0, 500], atol=1e-6)


def test_the_wanted_levels_may_come_in_any_order() -> None:
    values = np.stack([lognormal(20_000), lognormal(30_000)])
    one = carried_quantiles(crosswalk(np.ones((2, 1))), Quantiles(DECILES, values), [1, 1], (0.9, 0.1)).values
    two = carried_quantiles(crosswalk(np.ones((2, 1))), Quantiles(DECILES, values), [1, 1], (0.1, 0.9)).values
    np.testing.assert_array_equal(one[:, ::-1], two)


def test_many_targets_are_mixed_by_runs_as_one_by_one() -> None:
    random = np.random.default_rng(1)
    values = np.sort(random.uniform(5_000, 60_000, (50, 9)), axis=1)
    dense = random.random((50, 900)) * (random.random((50, 900)) < 0.9) / 900
    whole = crosswalk(dense)
    mass = random.uniform(1, 9, 50)
    found = carried_quantiles(whole, Quantiles(DECILES, values), mass, WANTED).values
    for target in (0, 449, 899):
        alone = carried_quantiles(
            whole.restricted([whole.target[target]]), Quantiles(DECILES, values), mass, WANTED
        )
        np.testing.assert_allclose(found[target], alone.values[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("probabilities", "shape"),
    [((0.5, 0.4), (1, 2)), ((0.0, 0.5), (1, 2)), ((0.5, 1.0), (1, 2)), ((0.5,), (1, 2)), ((0.5,), (1,))],
)
def test_quantiles_that_break_their_law_cannot_be_made(probabilities, shape) -> None:
    with pytest.raises(Broken):
        Quantiles(probabilities, np.ones(shape))
