"""The answers: what they say, at each level, of a profile made by hand and of the synthetic town."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carreau.errors import Unknown
from carreau.house import Home, open_home
from carreau.house.derived import Question
from carreau.house.watch import SILENT
from carreau.products import catalogue
from carreau.products.associations.build import build
from carreau.products.declare import Asked, Draft, Reading
from carreau.terms import Territory
from carreau.testing.town import town, written

Planted = Callable[..., Reading]
FOLDER = Path(__file__).parents[1]
LEVELS = ("territoire", "themes", "validation", "courbes", "bureau")
CAUSAL = re.compile(
    r"\b(causes?|causé\w*|causal\w*|effets?|expliqu\w+|influenc\w+|provoqu\w+|détermin\w+|grâce)\b", re.IGNORECASE
)


def drafted(profile: Reading, level: str = "territoire", **choices: str) -> Draft:
    given = {"election": "", "outcome": "", **choices}
    asked = Asked(Territory("france"), level, given)
    return build(catalogue()["associations"], asked, profile, {})


def rows_of(draft: Draft) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = draft.table.to_pylist()
    return found


def said_in(path: Path) -> list[str]:
    """The texts of a file that a reader may see: those of a declaration or a card, the strings of a program."""
    if path.suffix != ".py":
        return [path.read_text("utf-8")]
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_no_text_says_that_one_thing_makes_another() -> None:
    files = [path for path in FOLDER.iterdir() if path.suffix in {".py", ".toml", ".md"}]
    assert len(files) > 8
    assert [(path.name, found[0]) for path in files for text in said_in(path) if (found := CAUSAL.search(text))] == []


def test_no_figure_of_an_answer_says_that_one_thing_makes_another(planted: Planted) -> None:
    for level in LEVELS:
        draft = drafted(planted(), level)
        words = [
            *draft.remarks,
            *(text for column in draft.schema.columns for text in (column.title, column.description)),
        ]
        words += [
            value for row in draft.table.slice(0, 50).to_pylist() for value in row.values() if isinstance(value, str)
        ]
        assert not [text for text in words if CAUSAL.search(text)]


def test_the_planted_indicator_comes_first_with_its_sense(planted: Planted) -> None:
    rows = [row for row in rows_of(drafted(planted())) if row["vote"] == "gauche"]
    assert [row["indicateur"] for row in rows] == ["ouvriers", "bruit"]
    first, second = rows
    assert first["ecart_sens"] == "monte" and second["ecart_sens"].startswith("ni l'un")
    assert first["seul"] == pytest.approx(80, abs=8) and first["connu"] == 100
    assert first["vote_haut"] - first["vote_bas"] == pytest.approx(first["ecart"])


def test_every_figure_shown_has_a_margin_and_every_empty_one_a_reason(planted: Planted) -> None:
    for level in LEVELS:
        draft = drafted(planted(), level)
        names = [name.removesuffix("_statut") for name in draft.table.column_names if name.endswith("_statut")]
        assert names
        for row in rows_of(draft):
            for name in names:
                shown = row[name] is not None
                assert shown == (row[f"{name}_marge"] is not None) == (row[f"{name}_note"] is not None)
                assert shown == (row[f"{name}_statut"] is None)


def test_themes_share_what_is_found_and_the_empty_one_finds_nothing(planted: Planted) -> None:
    rows = {row["theme"]: row for row in rows_of(drafted(planted(), "themes", outcome="gauche"))}
    assert rows["metiers"]["seul"] > 70 > 5 > rows["logement"]["seul"]
    assert rows["metiers"]["perte"] > 100 and abs(rows["logement"]["perte"]) < 5
    assert rows["metiers"]["theme_titre"] == "Métiers"


def test_validation_tells_each_way_of_leaving_places_out(planted: Planted) -> None:
    rows = rows_of(drafted(planted(), "validation", outcome="gauche"))
    assert [row["facon"] for row in rows] == ["departements", "communes"]
    for row in rows:
        assert row["retrouve"] == pytest.approx(80, abs=8)
        assert row["retrouve_metropole"] == pytest.approx(row["retrouve"])
        assert 0 < row["erreur"] < 6


def test_a_station_is_told_what_was_counted_expected_and_left(planted: Planted) -> None:
    draft = drafted(planted(), "bureau", outcome="bloc_gauche")
    for row in rows_of(draft):
        assert row["reste"] == pytest.approx(row["compte"] - row["attendu"])
        assert "Métiers" in row["avec"] and "±" in row["avec"]
        assert all(0 < row[f"points_{theme}_marge"] < 10 for theme in ("metiers", "logement"))
    assert any("des bureaux laissés de côté" in remark for remark in draft.remarks)


def test_a_curve_that_a_model_draws_has_its_margin(planted: Planted) -> None:
    rows = rows_of(drafted(planted(), "courbes", outcome="gauche"))
    assert rows and all(row["ajuste_marge"] > 0 for row in rows)


def test_a_station_whose_profile_is_unknown_is_expected_nothing(planted: Planted) -> None:
    import pyarrow as pa

    profile = planted()
    empty = pa.array([None, *[1.0] * (profile.table.num_rows - 1)], pa.float64())
    table = profile.table
    for name in ("ouvriers", "bruit"):
        kept = pa.compute.if_else(empty.is_valid(), table[name].combine_chunks(), pa.scalar(None, pa.float64()))
        table = table.set_column(table.column_names.index(name), name, kept)
    changed = Reading(profile.schema, table, profile.geometry, profile.facts, profile.lineage)
    first, second, *_ = rows_of(drafted(changed, "bureau", outcome="gauche"))
    assert first["attendu"] is None and "profil inconnu" in first["attendu_statut"]
    assert first["points_metiers"] is None and first["points_metiers_marge"] is None
    assert first["avec"] is None and second["avec"] is not None and "profil inconnu" in first["reste_statut"]


def test_an_unknown_election_or_vote_lists_those_at_hand(planted: Planted) -> None:
    with pytest.raises(Unknown, match="gaucher"):
        drafted(planted(), outcome="gaucher")
    with pytest.raises(Unknown, match="2024_legi_t1"):
        drafted(planted(), election="2023_legi_t1")
    assert {row["vote"] for row in rows_of(drafted(planted(), election="2024_legi_t1"))} == {
        "participation", "gauche", "droite",
    }  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home over a town of 30,000 people."""
    return open_home(tmp_path_factory.mktemp("home"), written(town(people=30_000), tmp_path_factory.mktemp("mirror")))


@pytest.mark.parametrize("level", LEVELS)
def test_the_town_is_told_at_every_level_through_the_guard(home: Home, level: str) -> None:
    told = home.answered(Question("associations", "com:96001", level), SILENT)
    assert told["rows"]
    screen = told["screen"]
    crossed = screen.get("kind") == "cross"
    shown = [screen[part] for part in ("rows", "columns", "figure")] if crossed else screen["columns"]
    assert set(shown) <= {column["name"] for column in told["columns"]}
    assert any("groupes de bureaux" in remark for remark in told["remarks"])
    assert not any("_t1_" in str(row.get("indicateur", "")) for row in told["rows"])


def test_one_vote_of_the_stations_is_drawn_on_a_map(home: Home, tmp_path: Path) -> None:
    question = Question("associations", "com:96001", "bureau", {"outcome": "participation"})
    home.deliver_answer(question, tmp_path / "attendu.geojson", SILENT)
    assert '"Polygon"' in (tmp_path / "attendu.geojson").read_text("utf-8")
