"""Files to take away, and what changes once the house has an account: over a live server of its own."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from carreau.counters.app.tests.conftest import Live, started, stopped
from carreau.house import open_home
from carreau.house.accounts import accounts_of
from carreau.market.accounts import Newcomer

DELIVER = "/api/v1/deliver/electoral_profile"
ASKED = {"in": ["com:96001"], "columns": ["part_cadres"], "title": "Cadres à Carreville"}


@pytest.fixture
def page(live: Live) -> Iterator[httpx.Client]:
    """A browser with the page open: it shows the token of its session."""
    with httpx.Client(base_url=live.address, timeout=60) as client:
        client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf"]
        yield client


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet", "geojson", "json", "png"])
def test_a_file_is_what_was_asked_and_can_be_verified(
    page: httpx.Client, live: Live, tmp_path: Path, format: str
) -> None:
    answer = page.post(DELIVER, json={**ASKED, "format": format})
    assert answer.status_code == 200
    assert f'filename="cadres-a-carreville.{format}"' in answer.headers["content-disposition"]
    assert int(answer.headers["content-length"]) == len(answer.content)
    home = open_home(live.home)
    entry = home.ledger()[-1]
    assert (entry["verb"], entry["facts"]["bytes"], entry["holds"]) == ("deliver", len(answer.content), True)
    assert entry["facts"]["recipient"] == "Cet ordinateur"
    if format not in {"csv", "png"}:  # their certificate stands in a file beside
        path = tmp_path / f"file.{format}"
        path.write_bytes(answer.content)
        assert home.verify(path)["state"] == "valide"


def test_the_fiche_of_a_station_is_one_page(page: httpx.Client) -> None:
    answer = page.post(DELIVER, json={"format": "pdf", "codes": ["96001_0003"], "language": "en"})
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"


def test_a_csv_holds_the_places_and_the_columns_asked_for(page: httpx.Client) -> None:
    answer = page.post(DELIVER, json={"format": "csv", "codes": ["96001_0003"], "columns": ["part_cadres"]})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["bv_id"] for row in rows] == ["96001_0003"]
    assert {"part_cadres", "part_cadres_marge", "part_cadres_note", "part_cadres_statut"} <= set(rows[0])


def test_a_workbook_without_columns_is_the_whole_profile(page: httpx.Client) -> None:
    answer = page.post(DELIVER, json={"format": "xlsx", "codes": ["96001_0003"]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert "xl/workbook.xml" in book.namelist()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"format": "exe"}, 422),
        ({"format": "csv", "columns": ["nothing"]}, 400),
        ({"format": "csv", "codes": ["00000_0000"]}, 400),
        ({"format": "csv", "level": "galaxy"}, 400),
        ({"format": "csv", "title": "a" * 300}, 422),
        ({"format": "pdf", "in": ["com:96001"], "level": "departement"}, 400),
        ({}, 422),
    ],
)
def test_a_file_that_cannot_be_made_is_a_problem(page: httpx.Client, body: dict[str, Any], status: int) -> None:
    answer = page.post(DELIVER, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": "another"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_site_cannot_make_a_file_through_a_browser(page: httpx.Client, headers: dict[str, str]) -> None:
    before = page.headers["X-CSRF-Token"]
    answer = page.post(DELIVER, json={**ASKED, "format": "csv"}, headers={"X-CSRF-Token": before, **headers})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "title", ['"; rm -rf /', "a\r\nSet-Cookie: x=1", "../../etc/passwd", "é" * 100, "<script>", "💥"]
)
def test_a_title_never_leaves_the_name_of_its_file(page: httpx.Client, title: str) -> None:
    answer = page.post(DELIVER, json={**ASKED, "format": "csv", "title": title})
    assert answer.status_code == 200
    name = answer.headers["content-disposition"].split('filename="')[1].split('"')[0]
    assert name.endswith(".csv")
    assert "/" not in name
    assert ".." not in name
    assert "set-cookie" not in answer.headers


@pytest.fixture(scope="module")
def closed(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server whose house has an owner: one signs in to read."""
    home = tmp_path_factory.mktemp("closed")
    accounts = accounts_of(open_home(home))
    accounts.account_created(Newcomer("Ada", "owner", "un mot de passe long 1815"), "test")
    server = started(home, "com:96001", mirror=mirror)
    yield server
    assert "Traceback" not in stopped(server)


PATHS = [
    "/api/v1", "/api/v1/search?q=a", "/api/v1/sources", "/api/v1/electoral_profile/places/bureau.json",
    "/api/v1/electoral_profile/values/bureau/part_cadres.f32", "/api/v1/electoral_profile/rows",
    "/api/v1/electoral_profile/bv:96001_0003", "/api/v1/electoral_profile/like/bv:96001_0003",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_without_signing_in(closed: Live, path: str) -> None:
    answer = httpx.get(closed.address.rstrip("/") + path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["advice"]


def test_the_pages_the_description_and_the_session_need_no_sign_in(closed: Live) -> None:
    for path in ("/", "/connexion", "/api/v1/openapi.json", "/api/v1/session"):
        assert httpx.get(closed.address.rstrip("/") + path).status_code == 200


def test_who_signs_in_reads_and_is_named(closed: Live) -> None:
    with httpx.Client(base_url=closed.address, timeout=60) as client:
        token = client.get("/api/v1/session").json()["csrf"]
        asked = {"name": "Ada", "password": "un mot de passe long 1815"}
        answer = client.post("/api/v1/session", json=asked, headers={"X-CSRF-Token": token})
        assert answer.status_code == 200
        told = client.get("/api/v1")
        assert told.json()["user"] == {"signed_in": True, "name": "Ada", "role": "owner"}
        assert "Cookie" in told.headers["vary"]
        tiles = client.get(told.json()["tiles"]["url"], headers={"Range": "bytes=0-6"})
        assert tiles.content == b"PMTiles"
        stranger = httpx.get(closed.address.rstrip("/") + told.json()["tiles"]["url"])
        assert stranger.status_code == 401
        again = httpx.get(f"{closed.address}api/v1", headers={"If-None-Match": told.headers["etag"]})
        assert again.status_code == 401  # an ETag opens nothing


def test_a_bad_token_is_refused_even_where_another_door_is_open(closed: Live, live: Live) -> None:
    for server in (closed, live):
        for header in ("Bearer car_nothing", "Bearer", "Bearer \u00e9"):
            answer = httpx.get(f"{server.address}api/v1", headers={"Authorization": header.encode("utf-8")})
            assert answer.status_code == 401
            assert json.loads(answer.content)["status"] == 401
