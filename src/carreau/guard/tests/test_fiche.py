"""The fiche of a station: a tagged page A4 in the reader's language, with its margins, its doubts and its sources."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pypdf
import pytest
import shapely

from carreau.errors import Unknown
from carreau.guard import Presentation, Release, Signer, verified
from carreau.guard.encode.written import number, rounded, said, with_unit
from carreau.guard.tests.conftest import CENSUS, indicator
from carreau.terms import Column, Role, Schema

ELECTION = ("pres_2022_t1", "legi_2024_t2", "euro_2019_t1")


def result(name: str, title: str) -> list[Column]:
    said = f"Description de {name}"
    columns = [
        Column(name, "number", said, "%", Role.SHARE, f"{name}_base", title=title, theme="elections"),
        Column(f"{name}_statut", "text", "Raison", "", Role.STATUS, name),
        Column(f"{name}_marge", "number", "Marge", "%", Role.MARGIN, name),
    ]
    return [*columns, *(
        Column(f"{name}_ecart_{zone}", "number", "Écart", "points", of=name) for zone in ("commune",)
    )]  # fmt: skip


LIVING = ("part_0_19_ans", "part_cadres", "part_ouvriers", "taux_pauvrete")
SCHEMA = Schema(
    "une ligne par bureau de vote",
    (
        Column("bv_id", "text", "Code du bureau", role=Role.KEY, nullable=False),
        Column("code_commune", "text", "Code de la commune", role=Role.PLACE),
        Column("libelle_commune", "text", "Nom de la commune", role=Role.PLACE),
        Column("inscrits", "integer", "Électeurs inscrits", "électeurs", Role.COUNT),
        Column("rattachement", "text", "Rattachement", role=Role.PLACE),
        Column("type", "text", "Type de bureau"),
        *indicator("population", share=False),
        *(column for name in LIVING for column in indicator(name, share=True)),
        Column("revenu_median", "number", "Niveau de vie", "€ par an", title="Niveau de vie médian", theme="revenus"),
        *(column for name in ELECTION for column in result(f"{name}_participation", "Participation")),
        *result("pres_2022_t1_bloc_gauche", "Bloc gauche (présidentielle 2022, 1er tour)"),
        *result("pres_2022_t1_voix_rose", "Rose DURAND (présidentielle 2022, 1er tour)"),
        *result("pres_2022_t1_voix_jean", "Jean MARTIN (présidentielle 2022, 1er tour)"),
    ),
)


def rows_of(**changes: Any) -> dict[str, list[Any]]:
    """One station with all that a page shows, values given by ``changes``."""
    rows: dict[str, list[Any]] = {name: [None] for name in SCHEMA.names}
    rows |= {
        "bv_id": ["96001_0101"], "code_commune": ["96001"], "libelle_commune": ["Carreville"], "inscrits": [1234],
        "rattachement": ["contour du bureau"], "population": [2345.6], "population_marge": [130.0],
    }  # fmt: skip
    for name, value in (("part_0_19_ans", 25.0), ("part_cadres", 40.0), ("part_ouvriers", 3.0)):
        rows |= {name: [value], f"{name}_marge": [5.0], f"{name}_note": ["C"], f"{name}_base": [900.0]}
        rows |= {f"{name}_ecart_{zone}": [gap] for zone, gap in (("commune", 1.0), ("departement", 2.0))}
    rows |= {"part_0_19_ans_ecart_france": [2.0], "part_cadres_ecart_france": [29.0]}
    rows |= {"part_ouvriers_ecart_france": [-9.0], "part_ouvriers_note": ["D"]}
    rows["taux_pauvrete_statut"] = ["secret statistique (s)"]
    rows |= {"revenu_median": [21_345.6]}
    for name, value, margin in (
        ("pres_2022_t1_participation", 75.4, 0.0), ("legi_2024_t2_participation", 60.04, 0.4),
        ("pres_2022_t1_bloc_gauche", 30.6, 2.0), ("pres_2022_t1_voix_rose", 20.25, 0.0),
        ("pres_2022_t1_voix_jean", 22.0, 0.0),
    ):  # fmt: skip
        rows |= {name: [value], f"{name}_marge": [margin], f"{name}_ecart_commune": [1.5]}
    rows["euro_2019_t1_participation_statut"] = ["pas de résultat de cette élection pour ce bureau"]
    return {**rows, **{name: [value] for name, value in changes.items()}}


@pytest.fixture
def page(released: Callable[..., Release]) -> Callable[..., tuple[pypdf.PdfReader, str]]:
    def make(language: Any = "fr", **changes: Any) -> tuple[pypdf.PdfReader, str]:
        contour = pa.table({"bv_id": ["96001_0101"], "geometry": shapely.to_wkb([shapely.box(4.8, 45.7, 4.81, 45.71)])})
        release = released(schema=SCHEMA, rows=rows_of(**changes), geometry=contour)
        text = b"".join(release.encoded("pdf", Presentation(language=language)))
        reader = pypdf.PdfReader(io.BytesIO(text))
        words = "\n".join(one.extract_text() for one in reader.pages).replace("\u202f", " ").replace("\xa0", " ")
        return reader, " ".join(words.split())

    return make


def nodes(node: Any) -> Iterator[Any]:
    """All the elements of the structure tree of a PDF."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)
    elif isinstance(node, dict):
        yield node
        yield from nodes(node["/K"]) if "/K" in node else ()


def test_the_page_says_who_lives_there_how_it_voted_and_what_is_uncertain(page: Any) -> None:
    reader, words = page(type="Centre-ville étudiant")
    assert len(reader.pages) == 1
    for sentence in (
        "Carreville, bureau 0101", "commune 96001 · 1 234 inscrits · 2 350 ± 130 habitants",
        "Type de bureau : Centre-ville étudiant",
        "Plus qu'en France : part cadres (40 % contre 11 %).", "Moins qu'en France : part ouvriers (3 % contre 12 %).",
        "40 % ± 5 % 39 % 38 % 11 % C", "non montré : secret statistique (s)", "21 346 €",
        "Présidentielle 2022, 1er tour", "75,4 %", "60,0 % ± 0,4 %", "Gauche 31 %",
        "En tête, Présidentielle 2022, 1er tour : Jean MARTIN 22,0 %, Rose DURAND 20,2 %",
        "Notes des 3 chiffres de cette page : 2 en C, 1 en D.", "À lire avec prudence (note D ou E) : Part ouvriers.",
        "Non montré : Taux pauvrete (secret statistique (s)).", "Où est ce bureau : contour du bureau.",
        "Recensement de la population, bases infracommunales et communales RP 2022 · Insee", "inconnue 2021",
        "Contient des facsimilés", "Certificat carreau-", "Fait le 24/11/2026",
    ):  # fmt: skip
        assert sentence in words, sentence
    assert "Européennes" not in words


def test_the_page_is_in_english_when_it_is_asked(page: Any) -> None:
    reader, words = page("en")
    for sentence in (
        "Carreville, polling station 0101", "1,234 registered voters · 2,350 ± 130 inhabitants", "Aged 0 to 19",
        "More than in France: managers and professionals (40% against 11%).", "€21,346",
        "Presidential 2022, round 1", "75.4%", "not shown: statistical secrecy", "Holds facsimiles",
        "Made on 24 November 2026", "outline of the station",
    ):  # fmt: skip
        assert sentence in words, sentence
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Electoral profile: Carreville, polling station 0101"


def test_the_page_can_be_read_aloud(page: Any) -> None:
    reader, _ = page()
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr", True)
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    elements = list(nodes(root["/StructTreeRoot"]))
    kinds = [str(element.get("/S")) for element in elements]
    for kind, least in (("/H1", 1), ("/H2", 4), ("/Table", 2), ("/TH", 11), ("/TD", 40), ("/Figure", 1)):
        assert kinds.count(kind) >= least, kind
    (figure,) = (element for element in elements if element.get("/S") == "/Figure")
    assert figure["/Alt"] == "Carte : contour du bureau 96001_0101 (Carreville), en bleu."


def test_a_station_of_which_nothing_is_known_says_so_once(page: Any) -> None:
    nothing = {name: None for name in SCHEMA.names if name not in {"bv_id", "libelle_commune"}}
    outside = {f"{name}_statut": "hors champ" for name in LIVING}
    _, words = page(**{**nothing, **outside, "libelle_commune": None})
    assert "96001_0101" in words
    assert "Les sources ne disent rien de qui habite ici : hors champ ; –." in words
    assert "Aucun résultat d'élection n'est connu pour ce bureau." in words
    _, words = page(**{**nothing, "part_0_19_ans": 23.0, "part_0_19_ans_base": 50.0, "part_0_19_ans_ecart_france": 0.1})
    assert "Rien ne le distingue nettement de la France" in words


def test_many_weak_figures_are_not_all_named(released: Callable[..., Release]) -> None:
    names = [f"part_{letter}" for letter in "abcdefghi"]
    schema = Schema("une ligne par lieu", (
        Column("code", "text", "Code", role=Role.KEY, nullable=False),
        *(column for name in names for column in indicator(name, share=True)),
    ))  # fmt: skip
    rows: dict[str, list[Any]] = {name: [None] for name in schema.names}
    rows |= {"code": ["x"], **{name: [10.0] for name in names}, **{f"{name}_note": ["E"] for name in names}}
    release = released(schema=schema, rows=rows, geometry=pa.table({"code": pa.array([], pa.string())}))
    text = b"".join(release.encoded("pdf", Presentation(title="Essai")))
    words = pypdf.PdfReader(io.BytesIO(text)).pages[0].extract_text()
    assert "Part a, Part b, Part c, Part d, Part e, Part f et 3 autres." in " ".join(words.split())
    assert "Ce lieu n'a pas de contour connu." in words


def test_each_row_has_its_page_up_to_fifty(whole: Release) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(b"".join(whole.encoded("pdf")))).pages) == 3
    with pytest.raises(Unknown, match="il faut dire lesquels") as unknown:
        b"".join(whole.slice(limit=0).encoded("pdf"))
    assert unknown.value.given == "0 lieux"


def test_more_than_fifty_stations_are_refused(released: Callable[..., Release]) -> None:
    schema = Schema("une ligne par lieu", (Column("code", "text", "Code", role=Role.KEY, nullable=False),))
    rows = {"code": [f"{place:03}" for place in range(51)]}
    release = released(schema=schema, rows=rows, geometry=pa.table({"code": pa.array([], pa.string())}))
    with pytest.raises(Unknown, match="il faut dire lesquels"):
        b"".join(release.encoded("pdf"))


def test_the_certificate_stands_beside_and_binds_every_byte(whole: Release, signer: Signer, tmp_path: Path) -> None:
    path = whole.slice(limit=1).write(tmp_path / "fiche.pdf")
    verdict = verified(path, [signer.public_key])
    assert (verdict.state, verdict.facts["rows"]) == ("valide", 1)
    path.write_bytes(path.read_bytes() + b"\n")
    verdict = verified(path, [signer.public_key])
    assert (verdict.state, verdict.where) == ("altéré", "le fichier")


def test_the_same_release_always_makes_the_same_page(whole: Release) -> None:
    part = whole.slice(limit=1)
    assert b"".join(part.encoded("pdf")) == b"".join(part.encoded("pdf"))


def test_markup_in_a_name_is_only_text(page: Any) -> None:
    odd = '#panic("x") *gras* $x$ <a> \\ @b "c" =d'
    _, words = page(libelle_commune=odd, type="#import \"x\"")
    assert odd.split()[0] in words
    assert '#import "x"' in words


def test_what_a_reader_writes_is_made_printable(whole: Release) -> None:
    shown = Presentation(title="Un\x00 \ud800titre\x0b\uffff", selection="x" * 5_000, address="a\tb")
    assert (shown.title, len(shown.selection), shown.address) == ("Un titre", 1_000, "ab")
    for suffix in (".pdf", ".png", ".xlsx"):
        assert b"".join(whole.encoded(suffix, shown))


def test_an_unknown_language_is_said_gently() -> None:
    with pytest.raises(Unknown, match="« de »"):
        Presentation(language="de")  # type: ignore[arg-type] # what a counter may be asked


@pytest.mark.parametrize(
    ("unit", "value", "margin", "fr", "en"),
    [
        ("%", 31.87, 7.9, "32\u202f%", "32%"),
        ("%", 31.87, 0.4, "31,9\u202f%", "31.9%"),
        ("€ par an", 27_343.7, 5_819.6, "27\u202f300\u202f€", "€27,300"),
        ("€ par an", 27_343.7, None, "27\u202f344\u202f€", "€27,344"),
        ("personnes", 1_234.4, 130.0, "1\u202f230", "1,230"),
        ("personnes", 1_234.4, 0.0, "1\u202f234", "1,234"),
        ("personnes par ménage", 2.345, 0.1, "2,3", "2.3"),
        ("points", -4.2, 3.0, "\u22124", "\u22124"),
    ],
)
def test_a_figure_is_as_precise_as_its_margin(unit: str, value: float, margin: Any, fr: str, en: str) -> None:
    column = Column("x", "number", "Une colonne", unit, provenance=CENSUS)
    assert (said(column, value, margin, "fr"), said(column, value, margin, "en")) == (fr, en)


def test_a_zero_has_no_sign() -> None:
    assert number(-0.04, 1, "fr") == "0,0"
    assert with_unit(Column("x", "number", "x", "voix"), "3", "fr") == "3"
    assert rounded(Column("x", "number", "x", "voix"), 1234.5, 3.0) == 1234.0
