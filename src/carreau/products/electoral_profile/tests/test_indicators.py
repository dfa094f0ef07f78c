"""Indicators: one line of TOML each; a wrong line is named, a new line is a new indicator."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from carreau.errors import Broken
from carreau.products import Hands, Product
from carreau.products.catalogue import product_of
from carreau.products.electoral_profile.build import build
from carreau.products.electoral_profile.indicators import indicators_of
from carreau.products.electoral_profile.material import Material

THEMES = {"population": "Population"}
INPUTS = [
    {"alias": alias, "source": "insee_census", "table": "t", "files": ["f"], "required": True} for alias in ("a", "r")
]
LINE = {"theme": "population", "title": "Titre", "unit": "%", "description": "Part de X parmi Y", "nombre": "a.X"}
QUANTILE = {key: LINE[key] for key in ("theme", "title", "unit", "description")} | {
    "kind": "quantile",
    "distribution": "r",
    "base": "a.X",
}


def declared(**lines: Any) -> dict[str, Any]:
    return {"inputs": INPUTS, "themes": THEMES, "indicators": lines}


def test_the_kind_is_read_from_what_the_line_holds() -> None:
    found = indicators_of(
        declared(
            nombre=LINE,
            part=LINE | {"base": "a.Y"},
            rapport=LINE | {"base": "a.Y", "kind": "ratio"},
            revenu=QUANTILE | {"quantile": 0.9},
        )
    )
    assert [(one.name, one.kind) for one in found] == [
        ("nombre", "count"),
        ("part", "share"),
        ("rapport", "ratio"),
        ("revenu", "quantile"),
    ]
    assert found[1].columns == (("a", "X"), ("a", "Y"))
    assert found[3].columns == (("r", "D9"), ("a", "X"))
    assert found[3].aliases == ("r", "a")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a.X", "au lieu d'une ligne"),
        (LINE | {"couleur": "rouge"}, "en trop : couleur"),
        ({key: LINE[key] for key in ("theme", "unit", "nombre", "title")}, "il manque : description"),
        (LINE | {"description": " "}, "un texte vide"),
        (LINE | {"nombre": 3}, "un texte vide"),
        (LINE | {"theme": "autre"}, "un thème inconnu : autre"),
        (LINE | {"theme": ["population"]}, "un texte"),
        (LINE | {"kind": "moyenne", "base": "a.Y"}, "un genre inconnu : moyenne"),
        (LINE | {"kind": "share"}, "il manque, pour ce genre (share) : base"),
        (LINE | {"distribution": "r"}, "il manque, pour ce genre (quantile) : base"),
        (QUANTILE | {"nombre": "a.X"}, "de trop, pour ce genre (quantile) : nombre"),
        (LINE | {"quantile": 0.5}, "de trop, pour ce genre (count) : quantile"),
        (QUANTILE | {"quantile": 0.33}, "un quantile que personne ne publie : 0.33"),
        (QUANTILE | {"quantile": [0.5]}, "un quantile que personne ne publie"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong_in_it(line: Any, said: str) -> None:
    with pytest.raises(Broken, match="l'indicateur « bancal »") as error:
        indicators_of(declared(juste=LINE, bancal=line))
    assert said in error.value.given


def test_a_name_must_be_able_to_name_a_column() -> None:
    with pytest.raises(Broken, match="Part des Cadres"):
        indicators_of(declared(**{"Part des Cadres": LINE}))


def test_a_wrong_formula_names_its_indicator_and_itself() -> None:
    with pytest.raises(Broken, match="« bancal » : une formule sort de la forme permise") as error:
        indicators_of(declared(bancal=LINE | {"nombre": "a.X / a.Y"}))
    assert error.value.given == "a.X / a.Y"


def test_an_input_that_is_not_declared_is_named() -> None:
    with pytest.raises(Broken, match="« bancal » lit une entrée inconnue") as error:
        indicators_of(declared(bancal=LINE | {"nombre": "z.X"}))
    assert (error.value.given, error.value.expected) == ("z", "l'une des entrées a, r")


def test_one_more_line_is_one_more_indicator_with_all_its_columns(
    product: Product, material: Material, hands: Hands, tmp_path: Path
) -> None:
    folder = shutil.copytree(product.folder, tmp_path / "profil", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    line = (
        'part_habitants_en_double = { theme = "population", title = "Double", nombre = "population.P_POP * 2", '
        'base = "population.P_POP", unit = "%", description = "Deux fois la population, sur elle-même" }'
    )
    text = (folder / "product.toml").read_text("utf-8")
    (folder / "product.toml").write_text(text.replace("[indicators]\n", f"[indicators]\n{line}\n"), "utf-8")
    before, after = build(product, material), build(product_of(folder), material)
    suffixes = (
        "", "_marge", "_note", "_statut", "_nombre", "_base", "_ecart_commune", "_ecart_departement", "_ecart_france",
    )
    assert set(after.schema.names) - set(before.schema.names) == {f"part_habitants_en_double{s}" for s in suffixes}
    assert after.table["part_habitants_en_double"].to_pylist() == pytest.approx([200.0] * after.table.num_rows)


def test_every_declared_indicator_is_of_a_declared_kind_and_reads_declared_inputs(product: Product) -> None:
    found = indicators_of(product.facts)
    assert len(found) >= 60
    assert len({one.name for one in found}) == len(found)
