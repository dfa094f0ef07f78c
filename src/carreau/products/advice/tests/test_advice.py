"""The advice that a profile gives: what puts a theme forward, what takes it away, where it holds, how it is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from carreau.errors import Missing
from carreau.products import Draft
from carreau.products.advice.columns import written
from carreau.products.advice.places import reference_margins, stations_of
from carreau.products.declare import Reading
from carreau.terms import Role

Made = Callable[..., Reading]
Advised = Callable[..., list[dict[str, Any]]]
Plain = Callable[..., dict[str, list[float]]]
Drafted = Callable[..., Draft]

POOR = {"taux_pauvrete": [45.0, 20.0, 20.0], "part_allocataires_prime_activite": [45.0, 20.0, 20.0]}


def titles(rows: list[dict[str, Any]], station: str = "69123_0001") -> list[str]:
    """The themes put forward in a station, in order."""
    return [row["theme"] for row in rows if row["bv_id"] == station]


def test_a_place_like_any_other_is_told_nothing_and_says_so(profile: Made, draft: Drafted, plain: Plain) -> None:
    made = draft(profile(plain()))
    assert made.table.num_rows == 0
    assert any("assez de preuves" in remark for remark in made.remarks)


def test_the_advice_changes_when_the_evidence_does(profile: Made, advice: Advised, plain: Plain) -> None:
    rows = advice(profile(plain(**POOR)))
    assert "pouvoir_achat" in titles(rows) and not titles(rows, "69123_0002")
    assert "pouvoir_achat" not in titles(advice(profile(plain(**{**POOR, "taux_pauvrete": [20.0] * 3}))))
    young = plain(part_15_24_ans=[45.0, 20, 20], taux_chomage_15_24_ans=[50.0, 20, 20])
    assert "jeunesse" in titles(advice(profile(young))) and "pouvoir_achat" not in titles(advice(profile(young)))


def test_a_low_figure_puts_forward_a_theme_that_counts_it_below(profile: Made, advice: Advised, plain: Plain) -> None:
    low = plain(revenu_median=[12.0, 20, 20], revenu_premier_decile=[10.0, 20, 20], taux_pauvrete=[30.0, 20, 20])
    high = plain(revenu_median=[28.0, 20, 20], revenu_premier_decile=[30.0, 20, 20], taux_pauvrete=[10.0, 20, 20])
    scaled = {name: {"references": dict.fromkeys(("commune", "departement", "france"), 20.0)} for name in low}
    assert "pouvoir_achat" in titles(advice(profile({**low, "revenu_median": [-9000.0, 20, 20]}, by=scaled)))
    assert "pouvoir_achat" not in titles(advice(profile({**high, "revenu_median": [9000.0, 20, 20]}, by=scaled)))


def test_wider_margins_lower_the_force_and_the_sureness_then_take_the_theme_away(
    profile: Made, advice: Advised, plain: Plain
) -> None:
    found = []
    for margin in (1.0, 12.0, 25.0, 200.0):
        rows = [row for row in advice(profile(plain(**POOR), margin=margin)) if row["theme"] == "pouvoir_achat"]
        found.append((rows[0]["force"], rows[0]["force_note"]) if rows else (0.0, "Z"))
    assert [force for force, _ in found] == sorted((force for force, _ in found), reverse=True)
    assert [note for _, note in found] == sorted(note for _, note in found)
    assert found[0][1] == "A" and found[2][1] > "A" and found[3] == (0.0, "Z")


def test_no_theme_without_two_figures_of_which_one_is_graded_c_or_better(
    profile: Made, advice: Advised, plain: Plain
) -> None:
    assert "pouvoir_achat" not in titles(advice(profile(plain(taux_pauvrete=[60.0, 20, 20]))))
    assert "pouvoir_achat" in titles(advice(profile(plain(**POOR), note="C")))
    assert titles(advice(profile(plain(**POOR), note="D"))) == []


def test_a_reader_is_given_five_themes_at_most(profile: Made, advice: Advised, plain: Plain) -> None:
    every = {name: [60.0, 20.0, 20.0] for name in plain()}
    rows = advice(profile(every))
    assert [row["rang"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["force"] for row in rows] == sorted((row["force"] for row in rows), reverse=True)


def test_no_vote_is_ever_read(profile: Made, advice: Advised, plain: Plain) -> None:
    figures = plain(**POOR)
    assert advice(profile(figures, votes=[90.0, 10.0, 50.0])) == advice(profile(figures, votes=[10.0, 90.0, 50.0]))


def test_each_theme_comes_with_three_figures_their_margins_and_what_they_are_compared_with(
    profile: Made, advice: Advised, plain: Plain
) -> None:
    row = next(row for row in advice(profile(plain(**POOR))) if row["theme"] == "pouvoir_achat")
    for number in (1, 2, 3):
        name = f"chiffre_{number}"
        assert row[name] == pytest.approx(row[f"{name}_repere"] + row[f"{name}_ecart_repere"])
        assert row[name] == pytest.approx(row[f"{name}_france"] + row[f"{name}_ecart_france"])
        assert row[f"{name}_marge"] == 1.0 and row[f"{name}_note"] == "B"
        assert re.search(r" : .+ ± .+ ; commune .+, France ", row[f"{name}_phrase"])
        assert 0 < row[f"{name}_repere_marge"] < row[f"{name}_marge"] and row[f"{name}_france_marge"] > 0
        assert row[f"{name}_phrase"].count(" ± ") == 3
    assert [row[f"chiffre_{number}_appui"] for number in (1, 2, 3)] == ["oui", "oui", "non"]
    assert "n'appuie pas" in row["chiffre_3_phrase"] and row["a_verifier"] and row["lien"]


def test_a_figure_is_that_of_the_profile(profile: Made, advice: Advised, plain: Plain) -> None:
    read = profile(plain(**POOR))
    row = next(row for row in advice(read) if row["theme"] == "pouvoir_achat")
    assert row["chiffre_1"] == read.table[row["chiffre_1_nom"]][0].as_py() == 45.0


def test_an_unknown_figure_counts_for_nothing(profile: Made, advice: Advised, draft: Drafted, plain: Plain) -> None:
    nan = float("nan")
    figures = plain(**{**POOR, "revenu_median": [nan] * 3, "revenu_premier_decile": [nan] * 3})
    row = next(row for row in advice(profile(figures)) if row["theme"] == "pouvoir_achat")
    assert row["chiffre_3"] is None and "ne sont pas connus" in row["chiffre_3_statut"]
    del figures["part_menages_sans_voiture"]
    del figures["part_travail_en_transports"]
    remarks = " ".join(draft(profile(figures)).remarks)
    assert "part_menages_sans_voiture" in remarks and "Transports en commun" in remarks


def test_a_station_alone_in_its_commune_is_compared_with_its_department(
    profile: Made, advice: Advised, plain: Plain
) -> None:
    rows = advice(profile(plain(**POOR), communes=["69001", "69002", "69002"]))
    assert {row["repere"] for row in rows if row["bv_id"] == "69123_0001"} == {"département"}


def test_a_theme_of_the_whole_territory_comes_before_those_of_a_part(
    profile: Made, advice: Advised, plain: Plain
) -> None:
    everywhere = {"references": {"commune": 60.0, "departement": 20.0, "france": 20.0}}
    part = plain(4, part_15_24_ans=[60.0, 20, 20, 20], taux_chomage_15_24_ans=[60.0, 20, 20, 20])
    whole = {"part_75_ans_ou_plus": [60.0] * 4, "part_retraites": [60.0] * 4}
    read = profile({**part, **whole}, by=dict.fromkeys(whole, everywhere))
    rows = advice(read, level="territoire")
    assert [row["rang"] for row in rows] == list(range(1, len(rows) + 1)) and len(rows) <= 5
    told = {row["theme"]: row for row in rows}
    assert told["vieillir"]["portee"] == "tout le territoire" and told["vieillir"]["inscrits"] == 4000
    assert told["jeunesse"]["bureaux_concernes"] == 1 and told["jeunesse"]["part_inscrits_concernes"] == 25
    assert told["jeunesse"]["portee"].startswith("1 bureau") and told["jeunesse"]["inscrits"] == 1000
    assert told["jeunesse"]["rang"] > told["vieillir"]["rang"]
    assert told["jeunesse"]["chiffre_1"] == 60.0 and told["jeunesse"]["chiffre_1_repere"] == 20.0


def test_a_part_is_no_surer_than_its_stations(profile: Made, advice: Advised, plain: Plain) -> None:
    read = profile(plain(**POOR), margin=12.0)
    (station,) = [row for row in advice(read) if row["theme"] == "pouvoir_achat"]
    (part,) = [row for row in advice(read, level="territoire") if row["theme"] == "pouvoir_achat"]
    assert part["force"] == pytest.approx(station["force"]) and part["force_note"] == station["force_note"]
    two = profile(plain(**{name: [45.0, 45.0, 20.0] for name in POOR}), margin=12.0)
    (both,) = [row for row in advice(two, level="territoire") if row["theme"] == "pouvoir_achat"]
    assert both["bureaux_concernes"] == 2 and both["chiffre_1_marge"] == pytest.approx(12.0)


def test_a_median_is_not_made_of_those_of_stations(profile: Made, advice: Advised, plain: Plain) -> None:
    read = profile(plain())
    for territory in ("epci:200046977", "circo:6901"):
        rows = advice(read, level="preuves", territory=territory)
        median = next(row for row in rows if row["indicateur"] == "revenu_median")
        assert median["valeur"] is None and "médiane" in median["valeur_statut"] and median["appui"] == "inconnu"


def test_the_evidence_shows_the_figures_that_do_not_support_too(profile: Made, advice: Advised, plain: Plain) -> None:
    rows = advice(profile(plain(**POOR)), level="preuves")
    read = [(row["theme"], row["indicateur"]) for row in rows]
    assert len(set(read)) == len(read) and {row["appui"] for row in rows} == {"oui", "non", "inconnu"}
    assert {row["sens"] for row in rows} == {"au-dessus", "au-dessous"}
    known = [row for row in rows if row["appui"] != "inconnu"]
    assert all((row["force_chiffre"] >= 30) == (row["appui"] == "oui") for row in known)


def test_france_is_told_the_themes_of_its_stations(profile: Made, advice: Advised, plain: Plain) -> None:
    rows = advice(profile(plain(**POOR)), level="territoire", territory="france")
    row = next(row for row in rows if row["theme"] == "pouvoir_achat")
    assert row["chiffre_1_france"] == 20.0 and row["chiffre_1_repere"] is None and row["repere"] is None
    assert row["portee"].startswith("1 bureau")


def test_a_reference_that_is_less_sure_makes_a_theme_less_strong(profile: Made) -> None:
    """The commune of two stations is hardly surer than they are; that of forty is."""
    few, many = (
        stations_of(profile({"part_15_24_ans": [30.0] * stations}), ("part_15_24_ans",)).figures for stations in (2, 40)
    )
    assert few.near_margin[0, 0] == pytest.approx(1 / np.sqrt(2)) and many.near_margin[0, 0] == pytest.approx(40**-0.5)
    assert few.country_margin[0, 0] == many.country_margin[0, 0] < 0.1


def test_a_station_alone_in_its_commune_is_compared_with_a_department_whose_margin_is_declared(profile: Made) -> None:
    made = profile({"part_15_24_ans": [30.0, 31.0]}, communes=["69001", "69002"])
    told = stations_of(made, ("part_15_24_ans",)).figures.near_margin
    assert told[0, 0] == reference_margins(("part_15_24_ans",), "departement")[0] > 0.1
    assert np.isnan(reference_margins(("inconnu",), "france")).all()


def test_a_department_is_compared_with_france_only(profile: Made, advice: Advised, plain: Plain) -> None:
    rows = advice(profile(plain()), level="preuves", territory="dep:69")
    assert {row["valeur_repere"] for row in rows} == {None} and {row["valeur_france"] for row in rows} == {20.0}


def test_themes_of_stations_are_put_on_the_map_and_others_are_not(profile: Made, draft: Drafted, plain: Plain) -> None:
    read = profile(plain(**POOR))
    made = draft(read)
    assert made.geometry is read.geometry
    assert set(made.table["bv_id"].to_pylist()) <= set(made.geometry["bv_id"].to_pylist())
    assert draft(read, "territoire").geometry.num_rows == 0


def test_every_column_says_what_it_is_and_where_it_comes_from(profile: Made, draft: Drafted, plain: Plain) -> None:
    read = profile(plain(**POOR), by={"taux_pauvrete": {"standing": "facsimile"}})
    for level in ("bureau", "territoire", "preuves"):
        made = draft(read, level)
        assert made.schema.names == tuple(made.table.column_names) and made.table.num_rows
        for column in made.schema.columns:
            assert column.description and column.title
            assert not column.of or column.of in made.schema.names
        told = [column for column in made.schema.columns if column.role is Role.MARGIN]
        assert told and {column.provenance.status for column in told} == {"facsimile"}


def test_a_profile_without_any_figure_that_themes_read_is_missing_something(profile: Made, advice: Advised) -> None:
    with pytest.raises(Missing, match="aucun des chiffres"):
        advice(profile({"part_cadres": [20.0, 30.0]}))


def test_no_sentence_of_an_answer_speaks_of_a_person(profile: Made, draft: Drafted, plain: Plain) -> None:
    every = {name: [60.0, 20.0, 20.0] for name in plain()}
    made = draft(profile(every), "territoire")
    words = " ".join([*made.remarks, *(str(value) for row in made.table.to_pylist() for value in row.values())])
    assert not re.search(r"cette personne|monsieur|madame|cet électeur|votera|vote pour", words.lower())


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1234.4, "€ par an", "1\u202f234\u202f€ par an"), (0.26, "%", "0,3\u202f%"), (-2.0, "", "\u22122,0")],
)
def test_a_number_is_written_as_french_writes_it(value: float, unit: str, said: str) -> None:
    assert written(value, unit) == said
