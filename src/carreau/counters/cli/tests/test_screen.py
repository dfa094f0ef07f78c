from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.counters.cli.screen import bar, compared, figure, screen
from carreau.typography import NARROW_SPACE


def indicator(**facts: Any) -> dict[str, Any]:
    """An indicator as the house gives it, with what the test says of it."""
    usual = {
        "name": "part_cadres",
        "title": "Cadres",
        "unit": "%",
        "value": 31.2,
        "margin": 3.1,
        "grade": "B",
        "status": None,
        "commune": 25.4,
        "departement": 19.0,
        "france": 11.1,
    }
    return {**usual, **facts}


def station(*indicators: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The facts of a station with one theme."""
    place = {"bv_id": "69123_0101", "libelle_commune": "Lyon", "inscrits": 1080, "code_commune": "69123"}
    return {
        "station": place,
        "themes": [{"title": "Métiers", "indicators": list(indicators)}],
        "sources": [],
        **facts,
    }


def lines(facts: dict[str, Any], width: int = 80, height: int | None = 45) -> list[str]:
    """The screen as plain text, with ordinary spaces."""
    return [line.plain.replace(NARROW_SPACE, " ") for line in screen(facts, width, height)]


def test_an_indicator_stands_with_its_margin_its_grade_and_its_comparisons() -> None:
    shown = next(line for line in lines(station(indicator())) if line.startswith("Cadres"))
    assert shown.split() == ["Cadres", "██▒·····", "31", "%", "±", "3", "B", "25", "19", "11"]


def test_the_title_names_the_station_and_its_voters() -> None:
    assert lines(station(indicator()))[:2] == ["Bureau de vote 69123_0101 · Lyon", "1 080 inscrits"]


def test_the_type_of_a_station_stands_with_its_family_and_how_sure_it_is() -> None:
    told = {"type": "Quartiers d'habitat social", "groupe_de_types": "Villes modestes", "type_certitude": 0.875}
    facts = {**station(indicator()), "type": told}
    assert lines(facts)[2] == "Type : Quartiers d'habitat social (Villes modestes), certitude 0,88 sur 1"
    assert lines({**facts, "type": {**told, "type_certitude": None}})[2].endswith("(Villes modestes)")
    assert not any("Type" in line for line in lines({**facts, "type": {**told, "type": None}}))


def test_other_facts_of_the_station_follow_its_voters() -> None:
    facts = station(indicator())
    facts["station"] = {"bv_id": "69123_0101", "vintage": "2022", "contour": ["not", "a", "word"]}
    assert lines(facts)[:2] == ["Bureau de vote 69123_0101", "vintage : 2022"]


def test_a_station_known_by_its_code_alone_has_one_title_line() -> None:
    facts = {**station(indicator()), "station": {"bv_id": "69123_0101"}}
    assert lines(facts)[1].startswith("Métiers")


def test_a_hidden_value_gives_its_reason_in_its_place() -> None:
    shown = lines(station(indicator(value=None, status="masqué : moins de 11 personnes")))
    assert any(
        line.startswith("Cadres") and line.endswith("masqué : moins de 11 personnes") for line in shown
    )


def test_a_value_without_status_is_said_not_available() -> None:
    assert any("non disponible" in line for line in lines(station(indicator(value=None))))


def test_a_word_is_shown_as_it_is() -> None:
    assert any(line.rstrip().endswith("Gauche") for line in lines(station(indicator(value="Gauche"))))


def test_a_figure_that_lacks_one_comparison_shows_a_dash() -> None:
    assert any(line.split()[-3:] == ["25", "–", "11"] for line in lines(station(indicator(departement=None))))


def test_a_figure_that_is_compared_with_nothing_ends_with_its_grade() -> None:
    shown = lines(station(indicator(commune=None, departement=None, france=None)))
    assert any(line.rstrip().endswith("31 % ± 3 B") for line in shown)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("synthetic", "aucun chiffre ne décrit un lieu réel"),
        ("facsimile", "insee_filosofi"),
        ("compiled", "tiers"),
        ("unknown", "non établie"),
    ],
)
def test_an_input_that_is_not_official_is_said_at_the_top(status: str, words: str) -> None:
    facts = station(indicator(), sources=[{"source": "insee_filosofi", "status": status}])
    assert words in " ".join(lines(facts)[2:5])


def test_official_inputs_need_no_warning() -> None:
    facts = station(indicator(), sources=[{"source": "insee_filosofi", "status": "original"}])
    assert not any("insee_filosofi" in line for line in lines(facts))


def test_what_does_not_fit_is_counted_on_the_last_line() -> None:
    shown = lines(station(*[indicator(name=f"x{i}", title=f"Titre {i}") for i in range(60)]))
    assert len(shown) <= 45
    listed = sum(line.startswith("Titre") for line in shown)
    assert shown[-1] == f"{60 - listed} autres indicateurs : ajouter --all, ou --theme NOM."


def test_all_of_them_are_shown_when_there_is_no_height() -> None:
    shown = lines(station(*[indicator(title=f"Titre {i}") for i in range(60)]), height=None)
    assert sum(line.startswith("Titre") for line in shown) == 60


def test_an_empty_theme_has_no_head() -> None:
    facts = station(indicator())
    facts["themes"].append({"title": "Vide", "indicators": []})
    assert not any(line.startswith("Vide") for line in lines(facts))


def test_a_theme_without_room_has_no_head() -> None:
    facts = station(indicator())
    facts["themes"].append({"title": "Revenus", "indicators": [indicator(title="Médiane")]})
    assert not any(line.startswith("Revenus") for line in lines(facts, height=8))


@pytest.mark.parametrize(
    ("width", "compared", "drawn"),
    [(40, False, False), (60, False, True), (78, True, True), (120, True, True)],
)
def test_a_narrow_terminal_loses_comparisons_then_the_bar(width: int, compared: bool, drawn: bool) -> None:
    shown = next(line for line in lines(station(indicator()), width) if line.startswith("Cadres"))
    assert (shown.endswith("11"), "█" in shown) == (compared, drawn)


@given(
    st.lists(
        st.builds(
            indicator,
            title=st.text("abcdé ", max_size=60),
            value=st.one_of(st.none(), st.floats(-1e6, 1e7), st.text("abc", max_size=90)),
            margin=st.one_of(st.none(), st.floats(0, 1e6)),
            unit=st.sampled_from(["%", "euros", "personnes", ""]),
            status=st.one_of(st.none(), st.text("abc ", max_size=90)),
            commune=st.one_of(st.none(), st.floats(0, 999_999)),
        ),
        min_size=1,
        max_size=70,
    ),
    st.integers(60, 140),
)
def test_no_line_passes_the_width_and_the_screen_keeps_its_height(
    rows: list[dict[str, Any]], width: int
) -> None:
    shown = lines(station(*rows), width)
    assert max(map(len, shown)) <= width
    assert len(shown) <= 45


@pytest.mark.parametrize(
    ("facts", "drawn"),
    [
        ({"value": 50, "margin": 0}, "█████·····"),
        ({"value": 50, "margin": 10}, "████▒▒····"),
        ({"value": 3, "margin": 9}, "▒·········"),
        ({"value": 100, "margin": 20}, "████████▒▒"),
        (
            {"value": 10, "unit": "euros", "margin": 0, "commune": 20, "departement": 5, "france": None},
            "█████·····",
        ),
        ({"value": 10, "unit": "personnes", "commune": None, "departement": None, "france": None}, " " * 10),
    ],
)
def test_a_bar_is_full_to_the_low_end_and_hatched_to_the_high_end(facts: dict[str, Any], drawn: str) -> None:
    assert bar(indicator(**facts), 10).plain == drawn


@pytest.mark.parametrize(
    ("other", "shown"),
    [(25.44, "25,4"), (99_999.2, "99 999"), (123_456.0, "123 k"), (1e7, "10 M"), (1e15, "…"), (None, "–")],
)
def test_a_comparison_is_never_a_cut_number(other: float | None, shown: str) -> None:
    assert compared(other, 31.2, 0.5, "%").replace(NARROW_SPACE, " ") == shown


def test_a_figure_without_room_gives_up_its_unit() -> None:
    assert figure(123_456.0, 12_000, "euros").replace(NARROW_SPACE, " ") == "123 000 ± 12 000"
