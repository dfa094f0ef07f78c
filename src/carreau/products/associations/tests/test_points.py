"""How far other places would move the parts of an expectation: held where it can be checked, silent where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.products.associations.curves import curve_of
from carreau.products.associations.fits import Fit, fits_of
from carreau.products.associations.ground import Ground, ground_of
from carreau.products.associations.outcomes import Outcome
from carreau.products.associations.places_apart import ways_apart
from carreau.products.associations.points import moved, theme_margins, theme_points
from carreau.products.declare import Reading
from carreau.terms import Column

Planted = Callable[..., Reading]


def fitted(profile: Reading, values: np.ndarray | None = None) -> tuple[Ground, Fit]:
    ground = ground_of(profile)
    told = profile.table["legi_2024_t1_bloc_gauche"].to_numpy(zero_copy_only=False) if values is None else values
    outcome = Outcome("gauche", "Gauche", Column("gauche", "number", "Essai"), told)
    (fit,) = fits_of(ground, [outcome], ways_apart(ground)[0])
    return ground, fit


def test_the_margin_of_a_theme_holds_what_the_same_model_says_elsewhere(planted: Planted) -> None:
    """Thirty draws of the votes in the same places: each is held against the mean of all."""
    profile = planted(6, 12, 4, 0.6)
    workers = ground_of(profile).values[:, 0]
    generator = np.random.default_rng(11)
    drawn = [fitted(profile, 0.9 * workers + generator.normal(20, 4, size=len(workers))) for _ in range(30)]
    points, margins = (np.array([part(*one, "metiers") for one in drawn]) for part in (theme_points, theme_margins))
    held = (np.abs(points - points.mean(axis=0)) <= margins).mean()
    assert held == pytest.approx(0.9, abs=0.04)
    assert 0.05 < margins.mean() < 0.9 * workers.std()


def test_more_places_move_less(planted: Planted) -> None:
    few, many = (theme_margins(*fitted(planted(6, communes, 4, 0.5)), "metiers").mean() for communes in (6, 36))
    assert many < few / 1.5


def test_a_curve_is_surest_where_the_indicator_is_ordinary(planted: Planted) -> None:
    ground, fit = fitted(planted(8, 25, 6, 0.8))
    curve = curve_of(ground, fit, 0)
    assert curve is not None
    assert np.isfinite(curve.moved).all() and (curve.moved > 0).all()
    assert curve.moved[[0, 9]].min() > curve.moved[4:6].max()
    assert (np.abs(curve.adjusted - curve.counted) <= curve.moved + curve.margin).mean() >= 0.8


def test_two_models_do_not_say_how_far_a_third_would_be(planted: Planted) -> None:
    ground, fit = fitted(planted())
    two = replace(fit, steady=fit.steady[:2])
    assert np.isnan(theme_margins(ground, two, "metiers")).all()


@given(
    st.lists(st.lists(st.floats(-5, 5), min_size=3, max_size=3), min_size=3, max_size=8),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_margins_grow_with_the_gaps_between_models_and_ignore_what_they_share(
    models: list[list[float]], scale: float, shift: float
) -> None:
    features = np.array([[1.0, 0.0, 0.0], [0.5, -1.0, 2.0]])
    told = np.array(models)
    width = moved(features, told)
    assert (width >= 0).all()
    assert moved(features, scale * told + shift) == pytest.approx(scale * width, rel=1e-6, abs=1e-6)
    assert moved(features, np.vstack([told[:1]] * len(told))) == pytest.approx(0, abs=1e-9)
