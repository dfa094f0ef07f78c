"""The phrasebook: the same numbers in both languages, nothing half translated, its files checked when they are read."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.errors import Broken
from carreau.house.english import Phrasebook, book_of, english_of
from carreau.house.english.books import pairs_in
from carreau.house.english.sentence import NUMBER, Sentence, english_number, places_in, plain
from carreau.products import Product
from carreau.products import catalogue as products
from carreau.sources import catalogue as sources
from carreau.typography import change, number

BOOK = Phrasebook(
    {"commune": "municipality", "Cadres": "Managers", "RSA": "RSA", "ce bureau": "this station"},
    {
        "{t} {n} %": "{t} {n}%",
        "{n1} sur {n2}": "{n2} out of {n1}",
        "sous {n} %, comptés ensemble : {x}": "under {n}%, counted together: {x}",
        "pas de résultat pour {t}": "no result for {t}",
    },
)


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_number_has_the_same_value_in_both_languages(value: float, decimals: int) -> None:
    for french in (number(value, decimals), change(value, decimals)):
        assert re.fullmatch(NUMBER, plain(french))
        said = english_number(french).replace(",", "").replace("\u2212", "-")
        assert float(said) == round(value, decimals)


@given(st.integers(0, 10**7), st.floats(0, 100))
def test_numbers_stay_at_their_places_when_the_order_of_words_changes(whole: int, part: float) -> None:
    assert BOOK.english(f"{number(whole)} sur {number(part, 1)}") == f"{part:,.1f} out of {whole:,}"


@given(st.text(max_size=40))
def test_whatever_is_given_nothing_breaks_and_an_unknown_text_has_no_english(text: str) -> None:
    said = BOOK.english(text)
    assert said is None or said
    assert BOOK.english(f"Zz{text}zz") is None


def test_a_text_of_which_one_part_is_unknown_has_no_english() -> None:
    assert BOOK.english("pas de résultat pour ce bureau") == "no result for this station"
    assert BOOK.english("pas de résultat pour ce canton") is None
    assert BOOK.english("commune 3 %, canton 4 %") is None


def test_names_are_kept_as_they_are() -> None:
    french = "sous 1\u202f%, comptés ensemble\u202f: Jean LASSALLE, Philippe POUTOU"
    assert BOOK.english(french) == "under 1%, counted together: Jean LASSALLE, Philippe POUTOU"


def test_the_first_letter_follows_that_of_the_french_but_for_abbreviations() -> None:
    assert (BOOK.english("cadres 3 %"), BOOK.english("Commune")) == ("managers 3%", "Municipality")
    assert (BOOK.english("RSA 3 %"), BOOK.english("rSA")) == ("RSA 3%", None)


def test_a_list_and_a_paragraph_are_said_part_by_part() -> None:
    assert BOOK.english("Cadres 12,9\u202f% ; commune 4 % et RSA") == "Managers 12.9%; municipality 4% and RSA"
    assert BOOK.english("Cadres 3 %. Commune 4 %.") == "Managers 3%. Municipality 4%."


def test_a_text_without_end_is_not_looked_into() -> None:
    assert BOOK.english("commune, " * 400) is None
    assert BOOK.english("commune, " * 30 + "commune") is None
    assert BOOK.english("") is None


def test_the_texts_of_facts_are_those_that_have_no_english_already() -> None:
    facts = {"title": "commune", "title_en": "Cadres", "rows": [["RSA", 3, None, {"more": "inconnu"}]]}
    assert english_of(BOOK, facts) == {"commune": "municipality", "RSA": "RSA"}


def test_the_texts_of_rows_are_their_words_and_neither_keys_nor_grades() -> None:
    def column(name: str, role: str, kind: str = "text") -> dict[str, str]:
        return {"name": name, "title": "Cadres", "description": "", "unit": "", "role": role, "type": kind}

    row = {"code": "commune", "note": "RSA", "statut": "ce bureau", "part": 3.0}
    columns = [column("code", "key"), column("note", "margin"), column("statut", "status")]
    told = {"title": "inconnu", "asked": [], "rows_are": "", "remarks": [], "standing": []}
    facts = {**told, "columns": [*columns, column("part", "share", "number")], "rows": [row, row]}
    assert english_of(BOOK, facts) == {"Cadres": "Managers", "ce bureau": "this station"}


def test_titles_declared_in_both_languages_need_no_other_declaration() -> None:
    facts = {"title": "Âge", "title_en": "Age", "titles": {"a": "B", "c": "D"}, "titles_en": {"a": "Z"}, "n": 3}
    assert list(pairs_in([facts])) == [("Âge", "Age"), ("B", "Z")]
    book = book_of(products(), sources())
    assert book.english("législatives 2022, 1er tour") == "Legislative election 2022, 1st round"
    assert book.english("Taux de pauvreté") == "Poverty rate"
    assert book.english("Faire voter") == "Turn out the vote"


def copied(tmp_path: Path, text: str) -> dict[str, Product]:
    """A product alone in a room, with this file of English."""
    folder = tmp_path / "seul"
    folder.mkdir()
    (folder / "english.toml").write_text(text, "utf-8")
    return {"seul": dataclasses.replace(products()["votes"], folder=folder)}


def test_a_folder_brings_its_english_with_it(tmp_path: Path) -> None:
    book = book_of(copied(tmp_path, '[words]\n"un mot" = "a word"\n'), {})
    assert book.english("un mot") == "a word"
    assert book_of(products(), sources()).english("un mot") is None


@pytest.mark.parametrize("text", ['[sentences]\n"{n} mots" = "words"\n', "[words", '[sentences]\n"{t}" = "{x}"\n'])
def test_a_file_that_loses_a_place_or_cannot_be_read_says_which(tmp_path: Path, text: str) -> None:
    with pytest.raises(Broken, match="« seul »"):
        book_of(copied(tmp_path, text), {})


def test_a_sentence_reads_its_places() -> None:
    sentence = Sentence("de {n1} à {n2} ans", "aged {n1} to {n2}")
    assert sentence.read("de 18 à 24 ans") == {"n1": "18", "n2": "24"}
    assert sentence.read("de 18 à vingt ans") is None
    assert places_in(sentence.english) == places_in(sentence.french)
