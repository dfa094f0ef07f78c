"""What a reader is told of how far crossings hold: the figures of the accuracy page, and no others."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from carreau.products.crossings.remarks import checked

INFERENCE = files("carreau.inference")
MEASURED: dict[str, Any] = tomllib.loads(INFERENCE.joinpath("measured.toml").read_text("utf-8"))
KINDS = [kind for kind, facts in MEASURED.items() if isinstance(facts, dict)]
FIGURES = Path(__file__).parents[5] / "bench" / "figures" / "ecological.json"


def test_every_set_of_groups_has_its_check() -> None:
    votes = tomllib.loads(files("carreau.products.votes").joinpath("product.toml").read_text("utf-8"))
    assert {*votes["groups"], "reports"} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_to_hold_is_what_was_measured(kind: str) -> None:
    measured, said = json.loads(FIGURES.read_text("utf-8")), MEASURED[kind]
    errors = measured["errors"]["towns"][said["measured"]]
    ours = next(value for name, value in errors.items() if name.startswith("Carreau"))
    goodman = next(value for name, value in errors.items() if name.startswith("Goodman"))
    held = measured["coverage"][said["measured"]]
    assert [said[name] for name in ("held_50", "held_80", "held")] == [held[level] for level in ("50", "80", "90")]
    assert (said["shares"], said["told"]) == (held["shares"], held["told"])
    assert (said["misplaced"], said["baseline"]) == pytest.approx((ours, goodman), abs=0.06)
    assert MEASURED["towns"] == measured["towns"]["number"]
    assert said["misplaced"] < said["baseline"], "a model that does not beat the baseline must not be shipped"


def test_the_check_is_said_in_one_sentence_with_the_baseline() -> None:
    sentence = checked("reports").replace("\u202f", " ")
    assert sentence.startswith(f"Vérifié sur {MEASURED['towns']} villes d'essai")
    assert f"{round(MEASURED['reports']['held'])} fois sur 100" in sentence
    assert "par la régression de Goodman" in sentence
