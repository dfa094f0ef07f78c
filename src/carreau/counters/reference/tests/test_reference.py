from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from carreau.counters.cli import app
from carreau.counters.reference import pages, written
from carreau.counters.reference.markdown import code, page, table

SOURCE: dict[str, Any] = {
    "id": "jouet_comptages",
    "title": "Comptages jouets",
    "publisher": "La maison",
    "url": "https://example.org",
    "licence": "Licence Ouverte",
    "description": "Des jouets comptés.",
    "personal": False,
    "basis": "aucune",
    "files": [{"key": "a", "name": "jouets_*.csv", "vintage": "2022", "layout": "J1"}],
    "tables": [
        {
            "name": "jouets",
            "rows": "une ligne par jouet",
            "columns": [
                {"name": "poids", "type": "number", "unit": "g", "description": "Poids du jouet | net"}
            ],
        }
    ],
}
PRODUCT: dict[str, Any] = {
    "id": "jouet_profil",
    "title": "Profil jouet",
    "description": "Un profil de jouets.",
    "policy": {"route": "OPEN", "subject": "personne", "k": 11, "purposes": ["jeu"]},
    "indicators": [
        {
            "name": "part_rouges",
            "title": "Rouges",
            "theme": "Couleurs",
            "unit": "%",
            "source": "jouet_comptages",
            "description": "Part des jouets rouges",
        },
    ],
}


READING: dict[str, Any] = {
    "id": "jouet_lecture",
    "title": "Lecture jouet",
    "indicators": [],
    "command": {"name": "toys", "help": "Dit les jouets.", "example": "carreau toys com:69123"},
    "levels": [{"id": "bureau", "title": "Bureau", "grain": "une ligne par bureau"}],
    "choices": [
        {"id": "by", "help": "ce que l'on distingue", "default": "couleur", "values": ["couleur", "taille"]},
        {"id": "above", "help": "la plus petite part"},
    ],
}


def test_a_reading_says_how_it_is_asked() -> None:
    made = pages([], [READING, {**READING, "id": "jouet_bref", "choices": []}])
    text = made["products/jouet_lecture.md"]
    assert "    carreau toys com:69123\n" in text
    assert "| `bureau` | Bureau | une ligne par bureau |" in text
    assert "| `--by` | ce que l'on distingue | `couleur`, `taille` | `couleur` |" in text
    assert "| `--above` | la plus petite part |  |  |" in text
    assert "Indicateurs" not in text
    assert "## Choix" not in made["products/jouet_bref.md"]
    assert "| `carreau toys` |" in made["products.md"]


def test_each_source_and_each_product_has_its_page_and_its_place_in_the_lists() -> None:
    made = pages([SOURCE], [PRODUCT])
    assert "[jouet_comptages](sources/jouet_comptages.md)" in made["sources.md"]
    assert "[jouet_profil](products/jouet_profil.md)" in made["products.md"]
    assert "| `poids` | number | g | Poids du jouet \\| net |" in made["sources/jouet_comptages.md"]
    assert "Une ligne par jouet." in made["sources/jouet_comptages.md"]
    assert (
        "| `part_rouges` | Rouges | % | jouet_comptages | Part des jouets rouges |"
        in made["products/jouet_profil.md"]
    )
    assert "moins de 11 personnes" in made["policies.md"]


def test_every_command_and_every_option_is_described() -> None:
    text = pages([], [])["commands.md"]
    for command in app.registered_commands:
        assert f"### carreau {command.name}\n" in text
    for option in (
        "--home DOSSIER",
        "--mirror DOSSIER",
        "--json",
        "--theme NOM",
        "--people NOMBRE",
        "--output FICHIER",
    ):
        assert option in text


def test_every_kind_of_error_is_described_with_its_exit_code() -> None:
    text = pages([], [])["errors.md"]
    assert "| `Refused` | Refusé | 3 | non |" in text
    assert "| `Retry` | Réessayer | 1 | oui |" in text


def test_a_product_without_policy_has_no_sentence_about_it() -> None:
    product = {**PRODUCT, "policy": None}
    assert "Politique" not in pages([], [product])["products/jouet_profil.md"]


def test_writing_removes_the_page_of_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "gone.md").write_text("# gone")
    (tmp_path / "README.md").write_text("# old")
    assert written({"README.md": "# x\n", "sources/new.md": "# y\n"}, tmp_path) == 2
    assert sorted(p.name for p in tmp_path.rglob("*.md")) == ["README.md", "new.md"]


def test_a_page_leaves_out_empty_blocks() -> None:
    assert page("Titre", "", "a\n", "b") == "# Titre\n\na\n\nb\n"


def test_a_cell_cannot_break_its_table() -> None:
    assert table(["a"], [["x|y\nz"]]).splitlines()[-1] == "| x\\|y z |"
    assert code("") == ""


def test_a_column_that_is_empty_everywhere_is_left_out() -> None:
    assert table(["a", "b"], [["x", ""], ["y", ""]]) == "| a |\n|---|\n| x |\n| y |"


def test_the_module_writes_the_reference_of_what_is_declared(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "carreau.counters.reference", str(tmp_path)]
    answer = subprocess.run(command, text=True, capture_output=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    count = len(list(tmp_path.rglob("*.md")))
    assert answer.stdout == f"{count} pages in {tmp_path}\n"
    assert (tmp_path / "products" / "electoral_profile.md").exists()
