"""The rules of advice, as they are declared."""

from __future__ import annotations

import re
from typing import Any

import pytest

from carreau.errors import Broken
from carreau.products import Product, catalogue
from carreau.products.advice.themes import declared_themes, themes_of, without_votes

A_THEME: dict[str, Any] = {"title": "Essai", "up": {"a": 1.0, "b": 0.5}, "down": {"c": 1.0}, "link": "x", "check": "y"}
CAMPS = r"\b(gauche|droite|centriste|macron|le pen|mélenchon|socialiste|écologiste|parti|candidat|voter pour)\b"
PERSONS = r"\b(électeurs? qui|cette personne|monsieur|madame|individu|les gens sont|musulman|juif|arabe|origine)\b"


def test_every_theme_has_its_source_and_what_to_check_on_the_ground() -> None:
    themes, smallest = declared_themes()
    assert len({theme.title for theme in themes}) == len(themes) >= 12
    for theme in themes:
        assert len(theme.supports) >= 3 and theme.link and theme.check.endswith((".", "?"))
    assert "écart type" in smallest.source and smallest.points > 0


def test_every_rule_has_a_unit_a_source_and_a_date(product: Product) -> None:
    rules = [*product.facts["rules"].values(), *product.facts["grades"].values()]
    for rule in [*rules, product.facts["sureness"]["probability"]]:
        assert rule["unit"] and rule["source"] and re.fullmatch(r"\d{4}-\d{2}-\d{2}", rule["date"])


def test_every_figure_of_a_theme_is_one_that_the_profile_declares_and_none_is_a_vote() -> None:
    indicators = catalogue()["electoral_profile"].facts["indicators"]
    themes, smallest = declared_themes()
    read = {one.indicator for theme in themes for one in theme.supports}
    assert read <= set(indicators) and set(smallest.own) <= read
    assert all(indicators[name]["theme"] != "elections" for name in read)


def test_no_theme_speaks_of_a_camp_or_of_a_person(product: Product) -> None:
    themes, _ = declared_themes()
    said = " ".join([text for theme in themes for text in (theme.title, theme.check, theme.link)])
    for text in (said, product.description, str(product.facts["command"])):
        assert not re.search(CAMPS, text.lower()) and not re.search(PERSONS, text.lower())


def test_a_theme_that_rests_on_a_vote_is_refused() -> None:
    (theme,) = themes_of({"themes": {"essai": A_THEME}})
    without_votes((theme,), {"a": "population"})
    with pytest.raises(Broken, match="jamais sur un vote") as caught:
        without_votes((theme,), {"c": "elections"})
    assert caught.value.given == "c"


@pytest.mark.parametrize(
    "wrong",
    [{"up": {"a": 1.0}}, {"up": {"a": 2.0, "b": 1.0}}, {"check": " "}, {"title": ""}, {"up": {"a": "x", "b": 1}}],
)
def test_a_theme_that_lacks_something_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(Broken, match="mal déclaré"):
        themes_of({"themes": {"essai": {**A_THEME, **wrong}}})


def test_a_theme_without_words_is_named() -> None:
    with pytest.raises(Broken, match="mal déclaré"):
        themes_of({"themes": {"essai": {"up": {"a": 1.0, "b": 1.0, "c": 1.0}}}})
