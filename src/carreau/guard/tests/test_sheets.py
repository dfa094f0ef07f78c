"""The sheets of a plan: one page a team, its streets in walking order, a sketch, what it rests on; readable by all."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pypdf
import pytest
import shapely

from carreau.errors import Unknown
from carreau.guard import Presentation, Release, Signer, verified
from carreau.guard.encode.sheets.sketch import MOST, Stop, panels
from carreau.terms import Column, ColumnType, Role, Schema

KINDS: dict[str, tuple[ColumnType, Role]] = {
    "secteur": ("text", Role.KEY), "bv_id": ("text", Role.PLACE), "libelle_commune": ("text", Role.PLACE),
    "voie": ("text", Role.PLACE), "troncon": ("text", Role.PLACE), "sortie": ("integer", Role.PLACE),
    "equipe": ("integer", Role.PLACE), "ordre": ("integer", Role.PLACE), "inscrits": ("number", Role.COUNT),
    "portes_prevues": ("number", Role.COUNT), "marche": ("number", Role.MEASURE), "debut": ("number", Role.MEASURE),
    "duree": ("number", Role.MEASURE), "longitude": ("number", Role.PLACE), "latitude": ("number", Role.PLACE),
    "attendu": ("number", Role.MEASURE), "attendu_bas": ("number", Role.MARGIN),
    "attendu_haut": ("number", Role.MARGIN),
}  # fmt: skip
SCHEMA = Schema(
    "une ligne par étape",
    tuple(
        Column(name, kind, f"Essai {name}", role=role, title="Votants de plus, attendus" if name == "attendu" else name)
        for name, (kind, role) in KINDS.items()
    ),
)


def stop(team: int, outing: int, order: int, **facts: Any) -> dict[str, Any]:
    """One stop of a route."""
    return {
        "secteur": f"96001_0001-{outing}{order:02d}", "bv_id": "96001_0001", "libelle_commune": "Carreville",
        "voie": "Rue de l'Essai", "troncon": "n°\u00a011 à 40", "sortie": outing, "equipe": team, "ordre": order,
        "inscrits": 60.0, "portes_prevues": 40.0, "marche": 120.0, "debut": 95.0 * (order - 1), "duree": 85.0,
        "longitude": 4.85 + outing / 1000, "latitude": 45.75 + order / 1000,
        "attendu": 1.25, "attendu_bas": 0.0, "attendu_haut": 20.0, **facts,
    }  # fmt: skip


ROUTES = [stop(1, 1, 1), stop(1, 1, 2, voie="Quai <du> Test & Cie"), stop(2, 2, 1, troncon=None), stop(1, 3, 1)]


@pytest.fixture
def routes(released: Callable[..., Release]) -> Callable[..., Release]:
    """The function that releases some stops, each with an outline."""

    def make(*stops: dict[str, Any], without: str = " ") -> Release:
        found = stops or ROUTES
        schema = Schema(SCHEMA.rows, tuple(one for one in SCHEMA.columns if not one.name.startswith(without)))
        rows = {name: [one[name] for one in found] for name in schema.names}
        boxes = [shapely.box(4.8505, 45.7505, 4.8525, 45.7525)] * len(found)
        contours = pa.table({"secteur": rows["secteur"], "geometry": shapely.to_wkb(boxes)})
        return released(schema=schema, rows=rows, geometry=contours)

    return make


def pages(release: Release, **shown: Any) -> list[str]:
    """The words of each page."""
    reader = pypdf.PdfReader(io.BytesIO(b"".join(release.encoded("pdf", Presentation(**shown)))))
    assert {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages} == {(595, 842)}
    return [" ".join(page.extract_text().replace("\u202f", " ").replace("\xa0", " ").split()) for page in reader.pages]


def test_each_team_has_its_page_with_its_streets_in_order(routes: Callable[..., Release]) -> None:
    first, second = pages(routes())
    assert "Équipe 1 · Carreville · com:96001" in first and "Équipe 2" in second
    assert "2 sorties · 120 portes · Votants de plus, attendus : 3,8 (0,0 à 60,0)" in first
    assert "1 sortie · 40 portes" in second
    assert first.index("Sortie 1") < first.index("Rue de l'Essai, n° 11 à 40") < first.index("Quai <du> Test & Cie")
    assert first.index("Quai <du> Test & Cie") < first.index("Sortie 3")
    assert "80 portes · 3 h 00 · 240 m de marche" in first and "Carreville, bureau 0001" in first
    assert "Sortie 2" in second and "Rue de l'Essai Carreville" in second


def test_a_sheet_says_what_it_rests_on_and_the_standing_of_its_data(routes: Callable[..., Release]) -> None:
    release = routes()
    for page in pages(release):
        assert "3 lignes lues." in page and release.certificate["id"] in page
        assert " ".join(release.certificate["standing"][0].replace("\u202f", " ").split()) in page


def test_streets_that_have_no_name_are_told_by_the_code_of_their_sector(routes: Callable[..., Release]) -> None:
    (page,) = pages(routes(stop(1, 1, 1, voie=None, troncon=None)))
    assert "Secteur 96001_0001-101, rues non nommées" in page


def test_routes_that_promise_nothing_say_nothing_of_it(routes: Callable[..., Release]) -> None:
    first, _ = pages(routes(without="attendu"))
    assert "attendus" not in first and "2 sorties · 120 portes" in first


def test_a_wide_sketch_has_its_scale_in_kilometres(routes: Callable[..., Release]) -> None:
    (page,) = pages(routes(stop(1, 1, 1), stop(1, 1, 2, longitude=4.99)))
    assert "2 km" in page and "m de marche" in page


def test_a_sheet_is_said_in_english_too(routes: Callable[..., Release]) -> None:
    first, _ = pages(routes(), language="en")
    assert "Team 1" in first and "2 outings · 120 doors" in first and "What this sheet rests on" in first


def test_a_team_that_has_many_stops_goes_on_over_the_page(routes: Callable[..., Release]) -> None:
    told = pages(routes(*(stop(1, outing, 1) for outing in range(1, 61))))
    assert len(told) > 1 and all("Équipe 1" in page for page in told)
    assert all(f"Sortie {outing}" in " ".join(told) for outing in range(1, 61))
    count = len(told)
    for rank, page in enumerate(told, 1):
        assert f"Équipe 1 ({rank}/{count}) · {rank} / {count}" in page
        assert (f"Équipe 1 · Carreville · com:96001 {rank}/{count}" in page) == (rank > 1)


def test_a_page_is_numbered_among_those_of_its_team_when_it_has_several(routes: Callable[..., Release]) -> None:
    many = [stop(2, outing, 1) for outing in range(2, 62)]
    told = pages(routes(stop(1, 1, 1), *many, stop(3, 70, 1)))
    assert "Équipe 1 · 1 /" in told[0] and "1/1" not in told[0]
    assert f"Équipe 2 (2/{len(told) - 2}) · 3 /" in told[2]
    assert f"Équipe 3 · {len(told)} / {len(told)}" in told[-1]


def test_a_sheet_is_tagged_and_its_sketch_is_described(routes: Callable[..., Release]) -> None:
    reader = pypdf.PdfReader(io.BytesIO(b"".join(routes().encoded("pdf"))))
    root: Any = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "fr"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_without_a_place_there_is_no_sketch_and_it_is_said(routes: Callable[..., Release]) -> None:
    (page,) = pages(routes(stop(1, 1, 1, longitude=None, latitude=None)))
    assert "Aucune position n'est connue" in page and panels([Stop(1, float("nan"), 45.7)]) == []


def test_fifty_teams_at_most_and_the_advice_says_how(routes: Callable[..., Release]) -> None:
    with pytest.raises(Unknown, match="équipe") as refused:
        b"".join(routes(*(stop(team, team, 1) for team in range(1, 52))).encoded("pdf"))
    assert "--team" in refused.value.advice


def test_sheets_are_verified_with_their_certificate_and_are_the_same_twice(
    routes: Callable[..., Release], signer: Signer, tmp_path: Path
) -> None:
    release = routes()
    path = release.write(tmp_path / "feuilles.pdf")
    assert verified(path, [signer.public_key]).state == "valide"
    assert path.read_bytes() == b"".join(release.encoded("pdf"))


def test_neighbourhoods_far_apart_are_drawn_apart_and_a_few_drawings_at_most() -> None:
    near = [Stop(1, 4.85, 45.75), Stop(1, 4.851, 45.75), Stop(2, 4.852, 45.751)]
    assert [[one["text"] for one in drawn["starts"]] for drawn in panels(near)] == [["1", "2"]]
    far = [*near, Stop(3, 5.9, 45.75)]
    assert [[one["text"] for one in drawn["starts"]] for drawn in panels(far)] == [["1", "2"], ["3"]]
    scattered = [Stop(number, 4.0 + number / 3, 45.0) for number in range(20)]
    drawn = panels(scattered)
    assert 1 <= len(drawn) <= MOST and sum(len(one["starts"]) for one in drawn) == 20
    assert all(0 <= start["x"] <= 1 and 0 <= start["y"] <= 1 for one in drawn for start in one["starts"])
