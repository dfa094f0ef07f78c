"""Products are found by their declaration; a wrong declaration is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from carreau.errors import Broken
from carreau.products import Wanted, catalogue, inputs_of
from carreau.products.catalogue import product_of

TOML = """
title = "Essai"
description = "Un produit d'essai."
grain = "bureau de vote"
inputs = [{ alias = "a", source = "insee_census", table = "population", files = ["*"], required = true }]
[policy]
route = "OPEN"
subject = "personne"
k = 11
purposes = ["recherche"]
"""


def declared(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "product.toml").write_text(text, "utf-8")
    (folder / "card.md").write_text("# Essai\n", "utf-8")
    return folder


def test_a_folder_with_a_declaration_is_a_product(tmp_path: Path) -> None:
    declared(tmp_path / "essai", TOML)
    found = catalogue(tmp_path)
    assert list(found) == sorted(found) and "essai" in found
    assert found["essai"].sources == ("insee_census",)
    assert found["essai"].policy.k == 11
    assert found["essai"].card == "# Essai\n"


def test_the_electoral_profile_is_in_the_catalogue() -> None:
    assert catalogue()["electoral_profile"].title == "Profil électoral"


def test_a_declaration_that_is_no_toml_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="« essai » est incomplète ou illisible"):
        product_of(declared(tmp_path / "essai", "title = Essai"))


@pytest.mark.parametrize("line", ["title", "grain", "route", "inputs"])
def test_what_lacks_in_a_declaration_is_named(line: str, tmp_path: Path) -> None:
    text = "\n".join(row for row in TOML.splitlines() if not row.startswith(line))
    with pytest.raises(Broken, match="« essai » est incomplète") as error:
        product_of(declared(tmp_path / "essai", text))
    assert line in error.value.given


def test_a_product_without_a_card_is_incomplete(tmp_path: Path) -> None:
    folder = declared(tmp_path / "essai", TOML)
    (folder / "card.md").unlink()
    with pytest.raises(Broken, match="incomplète") as error:
        product_of(folder)
    assert "card.md" in error.value.given


def test_an_input_says_its_files_and_what_is_said_without_it() -> None:
    entry = {"alias": "a", "source": "s", "table": "t", "files": ["x", "y"], "required": False, "without": "sans a"}
    assert inputs_of({"inputs": [entry]}) == (Wanted("a", "s", "t", ("x", "y"), required=False, without="sans a"),)


@pytest.mark.parametrize(
    "entry", [{"alias": "a", "files": []}, {"alias": "a"}, {"alias": "a", "files": [], "couleur": "rouge"}]
)
def test_a_wrong_input_is_refused_in_words(entry: dict[str, object]) -> None:
    with pytest.raises(Broken, match="une entrée du produit est mal déclarée"):
        inputs_of({"inputs": [entry]})


def test_every_reading_declares_how_its_first_level_is_shown() -> None:
    """Pages draw what is declared and guess nothing: a level without a kind is a list."""
    readings = {name: product.facts for name, product in catalogue().items() if "command" in product.facts}
    assert len(readings) >= 5
    kinds = {name: facts["screen"][next(iter(facts["levels"]))].get("kind") for name, facts in readings.items()}
    assert all(kinds.values()), kinds
