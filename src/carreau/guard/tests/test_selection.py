"""The workbook of a selection: what was chosen, its figures, native charts, the map, the sources, the certificate."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
import shapely

from carreau.guard import Presentation, Release, Signer, verified
from carreau.guard.encode.selection.chosen import Chosen, ranked
from carreau.guard.encode.selection.reading import cautions
from carreau.guard.tests.conftest import indicator
from carreau.terms import Column, Role, Schema

COLUMNS = ("part_cadres", "part_ouvriers")
COUNT = 70
SCHEMA = Schema(
    "une ligne par bureau de vote",
    (
        Column("bv_id", "text", "Code", role=Role.KEY, nullable=False, title="Bureau"),
        Column("libelle_commune", "text", "Nom de la commune", role=Role.PLACE, title="Commune"),
        Column("inscrits", "integer", "Électeurs inscrits", "électeurs", Role.COUNT, title="Inscrits"),
        *(column for name in COLUMNS for column in indicator(name, share=True)),
        *indicator("allocataires", share=False),
    ),
)


@pytest.fixture(scope="module")
def town(released: Callable[..., Release]) -> Release:
    """Seventy stations of two towns, a hidden share, contours for all."""
    keys = [f"96001_{place:04}" for place in range(COUNT)]
    rows: dict[str, list[Any]] = {name: [None] * COUNT for name in SCHEMA.names}
    names = ["Carreville", "=HYPERLINK(1)"] * (COUNT // 2)
    rows |= {"bv_id": keys, "libelle_commune": names, "inscrits": [100] * COUNT}
    for name, least in (("part_cadres", 10.0), ("part_ouvriers", 70.0)):
        rows |= {name: [least + place / 10 for place in range(COUNT)], f"{name}_marge": [4.0] * COUNT}
        rows |= {f"{name}_note": ["B", "D"] * (COUNT // 2), f"{name}_base": [200.0] * COUNT}
        rows |= {f"{name}_nombre": [2 * (least + place / 10) for place in range(COUNT)]}
    rows["part_cadres"][3] = rows["part_cadres_nombre"][3] = None
    rows["part_cadres_statut"][3] = "ns : non significatif"
    rows["allocataires"] = [10.0] * COUNT
    boxes = [shapely.box(4 + place / 100, 45, 4.01 + place / 100, 45.02) for place in range(COUNT)]
    return released(schema=SCHEMA, rows=rows, geometry=pa.table({"bv_id": keys, "geometry": shapely.to_wkb(boxes)}))


def shown(language: Any = "fr", **facts: Any) -> Presentation:
    return Presentation(**{
        "title": "Métiers à Carreville", "language": language, "columns": COLUMNS, "indicator": "part_cadres",
        "selection": "70 bureaux choisis sur la carte", "address": "http://127.0.0.1/#carte", **facts,
    })  # fmt: skip


def opened(release: Release, presentation: Presentation) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(release.encoded("xlsx", presentation))))


def words(sheet: Any) -> str:
    return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)


def members(release: Release, presentation: Presentation) -> dict[str, str]:
    book = zipfile.ZipFile(io.BytesIO(b"".join(release.encoded("xlsx", presentation))))
    return {name: book.read(name).decode("utf-8", "replace") for name in book.namelist()}


def drawings(book: dict[str, str]) -> str:
    return "".join(text for name, text in book.items() if name.startswith("xl/drawings/drawing"))


def test_the_first_sheet_says_what_was_selected(town: Release) -> None:
    book = opened(town, shown())
    assert book.sheetnames == ["Lisez-moi", "Données", "Graphiques", "Carte", "Sources", "Certificat"]
    text = words(book["Lisez-moi"])
    for sentence in (
        "Métiers à Carreville", "Contient des facsimilés", "70 bureaux choisis sur la carte", "Part cadres",
        "http://127.0.0.1/#carte", "24/11/2026", "neuf chances sur dix", "Une part de l'ensemble est refaite",
        "Sur 210 chiffres, 70 sont notés D ou E et 1 ne sont pas montrés.", "source : insee_census RP 2022",
    ):  # fmt: skip
        assert sentence in text, sentence
    sources = words(book["Sources"])
    assert "base-ic-evol-struct-pop-2022_csv.zip" in sources
    assert "facsimilé : valeurs reconstituées" in sources


def test_the_figures_stand_with_their_margins_and_the_whole_is_made_of_numbers(town: Release) -> None:
    sheet = opened(town, shown())["Données"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1][:4] == ("Bureau", "Commune", "Inscrits", "Part cadres")
    assert rows[2][2:9] == ("électeurs", "%", "Marge", "Note", "%", "Marge", "Note")
    assert rows[3][:6] == ("96001_0000", "Carreville", 100, 10.0, 4.0, "B")
    assert rows[6][3] == "ns"
    assert sheet["D7"].comment.text == "ns : non significatif"
    total = rows[3 + COUNT]
    assert total[:3] == ("Sélection", None, 7000)
    known = [place for place in range(COUNT) if place != 3]
    assert total[3] == pytest.approx(sum(10 + place / 10 for place in known) / len(known))
    assert total[9] == 700.0
    assert total[4] is None
    assert len(sheet.conditional_formatting) == 6
    without = opened(town.slice(["bv_id", "part_cadres"]), shown(columns=("part_cadres",)))["Données"]
    assert list(without.iter_rows(values_only=True))[3 + COUNT][:2] == ("Sélection", None)


def test_the_charts_are_native_and_made_of_cells(town: Release) -> None:
    sheet = opened(town, shown())["Graphiques"]
    rows = list(sheet.iter_rows(values_only=True, min_col=15))
    assert rows[1] == ("Classement", "Part cadres", "Marge", "Part cadres", "Part ouvriers")
    assert rows[2][:3] == ("=HYPERLINK(1) 0069", pytest.approx(16.9), 4.0)
    assert rows[62][0] == "Sélection"
    book = members(town, shown())
    charts = [text for name, text in sorted(book.items()) if name.startswith("xl/charts/chart")]
    assert len(charts) == 3
    assert "<c:barDir" in charts[0]
    assert "Part cadres : les 60 premiers lieux sur 70" in charts[0]
    assert "'Graphiques'!$Q$3:$Q$62" in charts[0].replace("Graphiques!", "'Graphiques'!")
    assert '<c:min val="0"' in charts[0]
    assert 'grouping val="stacked"' in charts[1]
    assert "<c:doughnutChart>" in charts[2]
    assert 'descr="Graphique : ' in drawings(book)


def test_texts_are_never_formulas(town: Release) -> None:
    book = members(town, shown(title="=1+1", selection="=cmd|'/c calc'!A1", address="@x"))
    assert not any("<f>" in text for name, text in book.items() if name.startswith("xl/worksheets/"))
    assert opened(town, shown(title="=1+1"))["Données"]["A1"].value == "=1+1"


def test_the_map_is_a_picture_with_words(town: Release, released: Callable[..., Release]) -> None:
    book = members(town, shown())
    assert book["xl/media/image1.png"][1:4] == "PNG"
    assert "Part cadres » sur 70 lieux" in drawings(book)
    bare = released(geometry=pa.table({"bv_id": pa.array([], pa.string())}))
    assert "Carte" not in opened(bare, shown(columns=(), indicator="")).sheetnames


def test_the_workbook_is_in_english_when_it_is_asked(town: Release) -> None:
    titles = {"part_cadres": "Managers", "part_ouvriers": "Workers"}
    book = opened(town, shown("en", titles=titles))
    assert book.sheetnames == ["Read me", "Data", "Charts", "Map", "Sources", "Certificat"]
    assert "nine times out of ten" in words(book["Read me"])
    assert "2026-11-24" in words(book["Read me"])
    assert book["Data"]["D2"].value == "Managers"


def test_a_small_selection_has_all_its_places_in_the_chart(town: Release) -> None:
    part = town.slice(where={"bv_id": ["96001_0000", "96001_0002", "96001_0004"]}).slice(
        ["bv_id", "libelle_commune", "part_cadres", "part_cadres_marge"]
    )
    sheet = opened(part, shown(columns=("part_cadres",)))["Graphiques"]
    ranking = [row[0] for row in sheet.iter_rows(values_only=True, min_col=15)]
    assert ranking[2:] == ["0004", "0002", "0000", "Sélection"]
    charts = [text for name, text in members(part, shown(columns=("part_cadres",))).items() if "charts/chart" in name]
    assert len(charts) == 1
    assert "les lieux, du plus grand au plus petit" in charts[0]
    bare = members(part.slice(["bv_id", "part_cadres"]), shown(columns=()))
    assert not any("errBars" in text for text in bare.values())


def test_parts_without_their_numbers_make_no_ring(town: Release) -> None:
    part = town.slice(["bv_id", *COLUMNS])
    charts = [text for name, text in members(part, shown()).items() if "charts/chart" in name]
    assert [bool(re.search("doughnut", text)) for text in sorted(charts)] == [False, False]


def test_differences_are_charted_on_both_sides_of_zero(released: Callable[..., Release]) -> None:
    part = released().slice(["bv_id", "part_cadres_ecart_france"])
    book = members(part, Presentation(indicator="part_cadres_ecart_france"))
    (chart,) = (text for name, text in book.items() if "charts/chart" in name)
    assert "<c:min" not in chart
    zero = released(rows=None).slice(["bv_id", "inscrits"], {"bv_id": "96001_0001"})
    assert "<c:min" in "".join(members(zero, Presentation(indicator="inscrits")).values())


def test_hidden_figures_make_no_chart(whole: Release) -> None:
    part = whole.slice(["bv_id", "population", "population_statut"], {"bv_id": "96001_0003"})
    book = opened(part, Presentation(indicator="population"))
    assert "Aucun chiffre n'est montré" in words(book["Graphiques"])


def test_the_workbook_is_bound_to_its_certificate(town: Release, signer: Signer, tmp_path: Path) -> None:
    path = town.write(tmp_path / "choix.xlsx", shown=shown())
    verdict = verified(path, [signer.public_key])
    assert (verdict.state, verdict.facts["rows"]) == ("valide", COUNT)
    text = bytearray(path.read_bytes())
    text[len(text) // 2] ^= 1
    path.write_bytes(text)
    assert verified(path, [signer.public_key]).state == "altéré"


def test_places_are_named_by_their_code_when_all_are_of_one_town(town: Release) -> None:
    def names(release: Release) -> list[str]:
        return Chosen.of(release._origin.load(), shown()).names()

    assert names(town.slice(limit=1)) == ["0000"]
    assert names(town.slice(["libelle_commune"], limit=1)) == ["Carreville"]
    assert names(town.slice(["inscrits"], limit=1)) == ["1"]


def test_places_of_another_level_have_their_own_names(released: Callable[..., Release]) -> None:
    schema = Schema("une ligne par IRIS", (
        Column("code_iris", "text", "Code", role=Role.KEY, nullable=False),
        Column("libelle", "text", "Nom"),
        Column("habitants", "number", "Habitants", "personnes", Role.COUNT),
    ))  # fmt: skip
    rows = {"code_iris": ["960010101", "960010102"], "libelle": ["Centre", None], "habitants": [0.0, 0.0]}
    release = released(schema=schema, rows=rows, geometry=pa.table({"code_iris": pa.array([], pa.string())}))
    chosen = Chosen.of(release._origin.load(), Presentation(title="IRIS"))
    assert chosen.names() == ["Centre", "960010102"]
    assert [column.name for column in chosen.indicators()] == ["habitants"]
    assert chosen.total(schema.column("habitants")) == 0.0
    assert "Graphiques" in opened(release, Presentation(title="IRIS")).sheetnames


def test_a_share_of_nobody_has_no_total(town: Release) -> None:
    empty = Chosen.of(town.slice(where={"bv_id": "96001_0003"})._origin.load(), shown())
    assert empty.total(SCHEMA.column("part_cadres")) is None
    assert empty.total(SCHEMA.column("bv_id")) is None


def test_the_largest_come_first() -> None:
    assert ranked([1.0, None, 3.0, 3.0, 0.0], 3) == [2, 3, 0]
    assert cautions("# Carte sans précautions") == []


def test_without_a_selection_the_workbook_is_that_of_the_whole(town: Release) -> None:
    assert opened(town, Presentation(language="en")).sheetnames[1] == "Valeurs"
