"""What a plan rests on, as it is declared: ranges in order, studies cited, facts with their unit, date and source."""

from __future__ import annotations

import re
from typing import Any

import pytest

from carreau.errors import Broken
from carreau.products import Product, catalogue
from carreau.products.field_plan.effects import Field, declared_effects, effect_of


def test_every_effect_has_a_range_and_cites_its_studies(product: Product) -> None:
    declared = declared_effects()
    assert set(declared["effects"]) == set(product.facts["choices"]["goal"]["values"])
    for goal, said in declared["effects"].items():
        effect = effect_of(declared, goal)
        assert effect.points[0] <= effect.points[1] <= effect.points[2] and effect.studies and effect.caution
        assert all(study["found"] and study["source"] and study["short"] for study in said["studies"])


def test_persuading_is_not_promised_anything() -> None:
    assert effect_of(declared_effects(), "persuade").points[:2] == (0.0, 0.0)


def test_every_fact_of_the_field_has_a_unit_a_date_and_a_source(field: Field) -> None:
    for fact in declared_effects()["field"].values():
        assert fact["unit"] and fact["source"] and re.fullmatch(r"\d{4}-\d{2}-\d{2}", fact["date"])
    assert field.contact == (0.10, 0.25, 0.50) and field.minutes == pytest.approx(1 + 0.25 * 5)
    assert field.least >= 11


def test_needs_are_read_in_figures_of_the_profile_and_never_in_votes() -> None:
    indicators = catalogue()["electoral_profile"].facts["indicators"]
    for name in declared_effects()["needs"]["indicators"]:
        assert indicators[name]["theme"] != "elections"


@pytest.mark.parametrize("wrong", [{"low": 2.0, "central": 1.0}, {"low": -1.0}, {"studies": []}])
def test_an_effect_that_is_wrongly_declared_is_named(wrong: dict[str, Any]) -> None:
    declared = declared_effects()
    declared["effects"]["turnout"] |= wrong
    with pytest.raises(Broken, match="turnout"):
        effect_of(declared, "turnout")
