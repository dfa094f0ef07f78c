"""What is found again in places left out: what was planted, no more; nothing where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Missing
from carreau.products.associations.curves import curve_of, margin_of
from carreau.products.associations.fits import Fit, alone, expected_margins, fits_of, shuffled_loss
from carreau.products.associations.ground import Ground, ground_of
from carreau.products.associations.outcomes import Outcome
from carreau.products.associations.places_apart import ways_apart
from carreau.products.associations.ridge import contributions, held_out
from carreau.products.associations.scores import Told, r_squared, r_squared_within, student
from carreau.products.declare import Reading
from carreau.terms import Column

Planted = Callable[..., Reading]


def outcome(values: np.ndarray, name: str = "gauche") -> Outcome:
    return Outcome(name, name.capitalize(), Column(name, "number", "Essai"), values)


def left_of(profile: Reading) -> Outcome:
    return outcome(profile.table["legi_2024_t1_bloc_gauche"].to_numpy(zero_copy_only=False))


def fitted(profile: Reading) -> tuple[Ground, Fit]:
    ground = ground_of(profile)
    (fit,) = fits_of(ground, [left_of(profile)], ways_apart(ground)[0])
    return ground, fit


@pytest.mark.parametrize("share", [0.9, 0.6, 0.3])
def test_the_share_found_again_is_the_one_that_was_planted(planted: Planted, share: float) -> None:
    ground, fit = fitted(planted(8, 25, 6, share))
    assert fit.score().value == pytest.approx(100 * share, abs=6)
    assert fit.score_within(ground.communes).value == pytest.approx(100 * share, abs=8)
    assert fit.score().margin > 0


def test_where_nothing_goes_with_anything_nothing_is_found(planted: Planted) -> None:
    ground, fit = fitted(planted(8, 25, 6, 0.0))
    assert fit.score().value < 3
    assert alone(ground, fit, 0)[0].value < 3


def test_the_indicator_that_was_planted_is_found_alone_and_the_other_is_not(planted: Planted) -> None:
    ground, fit = fitted(planted(8, 25, 6))
    workers, noise = (alone(ground, fit, one)[0].value for one in (0, 1))
    assert workers == pytest.approx(80, abs=5) and noise < 3
    lost = [shuffled_loss(fit, fit.points[:, one].astype(float)).value for one in (0, 1)]
    assert lost[0] > 100 and abs(lost[1]) < 5


def test_what_is_lost_in_expectation_is_what_is_lost_on_average_over_draws(planted: Planted) -> None:
    _, fit = fitted(planted(6, 12, 4, 0.5))
    points, told, generator = fit.points[:, 0].astype(float), fit.told, np.random.default_rng(5)
    variance = ((told.counted - told.counted.mean()) ** 2).mean()
    errors = ((told.counted - told.expected) ** 2).mean()
    drawn = [
        (((told.counted - told.expected + points - generator.permutation(points)) ** 2).mean() - errors) / variance
        for _ in range(400)
    ]
    assert shuffled_loss(fit, points).value == pytest.approx(100 * np.mean(drawn), rel=0.05)


def test_the_points_of_a_station_and_the_constant_make_what_is_expected_of_it() -> None:
    generator = np.random.default_rng(2)
    features = generator.normal(size=(200, 6)).astype(np.float32)
    folds, starts = np.repeat(np.arange(5), 40), np.array([0, 2, 3, 6])
    counted = 50 + features @ generator.normal(size=6)
    said = held_out(features, counted[:, None], np.ones(200), folds)
    points = contributions(features, starts, said.coefficients[:, :, 0], folds)
    assert points.shape == (200, 3)
    whole = points.sum(axis=1) + said.coefficients[folds, 0, 0]
    assert whole == pytest.approx(said.expected[:, 0], abs=1e-3)


def test_a_place_left_out_has_no_part_in_what_is_said_of_it() -> None:
    generator = np.random.default_rng(4)
    features = generator.normal(size=(120, 3)).astype(np.float32)
    folds = np.repeat(np.arange(6), 20)
    counted = 50 + 5 * features[:, :1] + generator.normal(size=(120, 1))
    changed = counted.copy()
    changed[folds == 2] += 30.0
    before, after = (held_out(features, one, np.ones(120), folds) for one in (counted, changed))
    assert before.penalties[2] == after.penalties[2]
    assert before.expected[folds == 2] == pytest.approx(after.expected[folds == 2], abs=1e-6)


def test_intervals_hold_nine_stations_left_out_in_ten(planted: Planted) -> None:
    _, fit = fitted(planted(8, 25, 6, 0.6))
    margins, held = expected_margins(fit)
    assert np.isfinite(margins).all() and held == pytest.approx(0.9, abs=0.03)


def test_a_station_without_a_vote_or_without_voters_is_not_read(planted: Planted) -> None:
    profile = planted()
    ground, values = ground_of(profile), left_of(profile).values.copy()
    values[5] = np.nan
    ground.weights[7] = 0.0
    turnout = outcome(np.full(len(values), 60.0) + np.arange(len(values)) % 7, "participation")
    left, other = fits_of(ground, [outcome(values), turnout], ways_apart(ground)[0])
    assert not {5, 7} & set(left.rows.tolist()) and 5 in other.rows


def test_a_station_whose_profile_is_unknown_is_not_read_and_teaches_nothing(planted: Planted) -> None:
    profile = planted()
    ground = ground_of(profile)
    ground.values[3] = np.nan
    values = left_of(profile).values.copy()
    (before,) = fits_of(ground, [outcome(values)], ways_apart(ground)[0])
    values[3] = 99.0
    (after,) = fits_of(ground, [outcome(values)], ways_apart(ground)[0])
    assert 3 not in before.rows and (after.told.expected == before.told.expected).all()


def test_too_few_stations_are_said_to_be_too_few(planted: Planted) -> None:
    profile = planted(1, 1, 12)
    ground = ground_of(profile)
    with pytest.raises(Missing, match="trop peu de bureaux"):
        fits_of(ground, [left_of(profile)], ways_apart(ground)[0])


def test_a_unanimous_vote_has_no_variance_to_find(planted: Planted) -> None:
    ground = ground_of(planted())
    (fit,) = fits_of(ground, [outcome(np.full(len(ground.codes), 55.0))], ways_apart(ground)[0])
    assert np.isnan(fit.score().value) and np.isnan(fit.score_within(ground.communes).value)
    assert np.isnan(shuffled_loss(fit, np.ones(len(fit.rows))).value)


def test_few_metropolitan_stations_are_not_scored(planted: Planted) -> None:
    _, fit = fitted(planted())
    few = np.zeros(len(fit.rows))
    few[:5] = 1.0
    assert np.isnan(fit.score(few).value)


def test_an_indicator_known_in_a_single_fold_is_not_scored(planted: Planted) -> None:
    ground, fit = fitted(planted())
    ground.values[fit.told.folds != 0, 0] = np.nan
    assert np.isnan(alone(ground, fit, 0)[0].value)
    assert np.isfinite(alone(ground, fit, 1)[0].value)


def test_a_perfect_forecast_scores_a_hundred_and_the_mean_scores_nothing() -> None:
    generator = np.random.default_rng(1)
    counted, folds = generator.normal(50, 5, 100), np.repeat(np.arange(5), 20)
    assert r_squared(Told(counted, counted, np.ones(100), folds)).value == pytest.approx(100)
    mean = np.full(100, counted.mean())
    assert r_squared(Told(counted, mean, np.ones(100), folds)).value == pytest.approx(0, abs=1e-9)


def test_communes_of_one_station_have_no_inside() -> None:
    told = Told(np.arange(5.0), np.arange(5.0), np.ones(5), np.arange(5))
    assert np.isnan(r_squared_within(told, np.arange(5)).value)


@given(st.floats(-30, 30), st.integers(1, 4))
def test_what_is_the_same_in_a_commune_says_nothing_within_it(shift: float, scale: int) -> None:
    communes = np.repeat(np.arange(6), 3)
    counted = np.array([1.0, 2.0, 3.0] * 6)
    expected = counted + shift * np.cos(scale * communes)
    told = Told(counted, expected, np.ones(18), np.repeat([0, 1, 2], 6))
    assert r_squared_within(told, communes).value == pytest.approx(100)


def test_the_gap_between_ends_is_the_planted_one(planted: Planted) -> None:
    ground, fit = fitted(planted(8, 25, 6, 0.8))
    curve = curve_of(ground, fit, 0)
    assert curve is not None
    # the means of the outer fifths of a normal law stand 2.8 standard deviations apart
    assert curve.ends.value == pytest.approx(2.8 * 6 * np.sqrt(0.8), abs=1.5)
    assert (np.diff(curve.value) > 0).all() and curve.adjusted[-1] > curve.adjusted[0]
    noise = curve_of(ground, fit, 1)
    assert noise is not None and abs(noise.ends.value) < 2 * noise.ends.margin


def test_slices_hold_as_many_voters_and_ties_stay_together(planted: Planted) -> None:
    ground, fit = fitted(planted())
    curve = curve_of(ground, fit, 0)
    assert curve is not None and curve.voters.max() < 1.2 * curve.voters.min()
    ground.values[:, 0] = np.arange(len(ground.codes)) % 2
    tied = curve_of(ground, fit, 0)
    assert tied is not None and (tied.voters > 0).sum() == 2 and np.isnan(tied.ends.value)


def test_an_indicator_that_is_hardly_known_or_never_varies_has_no_curve(planted: Planted) -> None:
    ground, fit = fitted(planted())
    ground.values[:, 0] = 3.0
    ground.values[10:, 1] = np.nan
    assert curve_of(ground, fit, 0) is None and curve_of(ground, fit, 1) is None


def test_a_mean_of_two_stations_has_no_margin_and_communes_alike_inside_widen_it() -> None:
    part, communes = np.ones(20, dtype=bool), np.repeat(np.arange(5), 4)
    few = np.arange(20) < 2
    assert np.isnan(margin_of(np.ones(20), few, communes))
    gaps = np.repeat([1.0, -1.0, 1.0, -1.0, 0.0], 4) / 20
    by_station = student(19) * np.sqrt((gaps**2).sum() * 20 / 19)
    assert margin_of(gaps, part, communes) > 1.5 * by_station
    assert np.isnan(student(0))
