"""The answers of the API of a live server, against the release that it serves."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import httpx
import pytest

from carreau.counters.app.tests.conftest import Live
from carreau.guard import Release
from carreau.house import open_home
from carreau.house.served import served
from carreau.house.watch import SILENT

PRODUCT = "/api/v1/electoral_profile"


@pytest.fixture(scope="module")
def release(live: Live) -> Release:
    """The release of the stations that the live server shows."""
    return served(open_home(live.home), "com:96001", "electoral_profile", SILENT).release


@pytest.fixture(scope="module")
def told(live: Live) -> dict[str, Any]:
    """What the server says that it serves."""
    return dict(httpx.get(f"{live.address}api/v1", timeout=60).json())


def floats(body: bytes) -> tuple[float, ...]:
    """The numbers of a column, 32 bits each, little-endian."""
    return struct.unpack(f"<{len(body) // 4}f", body)


def test_what_is_served_is_told_with_its_levels_themes_and_elections(told: dict[str, Any], release: Release) -> None:
    assert (told["product"], told["territory"]) == ("electoral_profile", "com:96001")
    assert [level["id"] for level in told["levels"]] == [
        "bureau", "iris", "commune", "circonscription", "departement",
    ]  # fmt: skip
    assert told["levels"][0]["count"] == release.row_count
    names = {one["name"] for one in told["indicators"]}
    assert {"part_cadres", "revenu_median", "population"} <= names
    assert all(f"{name}_marge" in release.schema.names for name in names)
    assert all(one["title"] and one["title_en"] and one["description"] and one["unit"] for one in told["indicators"])
    themes = {theme["id"] for theme in told["themes"]}
    assert {one["theme"] for one in told["indicators"]} <= themes
    dates = [election["date"] for election in told["elections"]]
    assert dates == sorted(dates)
    assert {one["family"] for one in told["indicators"]} - {""} == {election["id"] for election in told["elections"]}
    assert all(set(analysis["columns"]) <= names for analysis in told["analyses"])
    assert told["certificate"] == release.certificate["id"]
    west, south, east, north = told["bounds"]
    assert west < east
    assert south < north
    assert told["user"] == {"signed_in": False, "name": "Cet ordinateur", "role": "editor"}


@pytest.mark.parametrize("column", ["part_cadres", "part_cadres_marge", "part_cadres_nombre", "inscrits"])
def test_values_are_those_of_the_release_in_the_order_of_its_rows(
    client: httpx.Client, release: Release, column: str
) -> None:
    answer = client.get(f"{PRODUCT}/values/bureau/{column}.f32")
    assert answer.headers["content-type"] == "application/octet-stream"
    wanted = [row[column] for row in release.rows()]
    found = floats(answer.content)
    assert len(found) == release.row_count
    for value, right in zip(found, wanted, strict=True):
        assert math.isnan(value) if right is None else value == pytest.approx(right, rel=1e-6)


def test_grades_are_numbers_from_1_to_5(client: httpx.Client, release: Release) -> None:
    found = floats(client.get(f"{PRODUCT}/values/bureau/part_cadres_note.f32").content)
    letters = [row["part_cadres_note"] for row in release.rows()]
    assert ["ABCDE"[int(number) - 1] for number in found] == letters


def test_values_of_this_version_are_kept_for_a_year_and_others_asked_again(
    client: httpx.Client, told: dict[str, Any]
) -> None:
    address = f"{PRODUCT}/values/bureau/part_cadres.f32"
    kept = client.get(address, params={"v": told["version"]}).headers["cache-control"]
    other = client.get(address, params={"v": "000000000000"}).headers["cache-control"]
    assert "immutable" in kept
    assert other == "private, no-cache"


def test_a_value_answer_names_its_certificate_and_is_not_sent_twice(client: httpx.Client, release: Release) -> None:
    for path in (f"{PRODUCT}/values/bureau/part_cadres.f32", f"{PRODUCT}/places/bureau.json", "/api/v1"):
        first = client.get(path)
        assert first.headers["carreau-certificat"] == release.certificate["id"]
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_places_are_columns_of_the_same_length_in_the_order_of_the_rows(client: httpx.Client, release: Release) -> None:
    found = client.get(f"{PRODUCT}/places/bureau.json").json()
    assert set(found) == {"row", "code", "name", "commune", "departement", "inscrits", "lon", "lat"}
    assert {len(column) for column in found.values()} == {release.row_count}
    assert found["code"] == [row["bv_id"] for row in release.rows()]
    assert found["row"] == list(range(release.row_count))


def test_places_of_a_territory_keep_their_rows(client: httpx.Client) -> None:
    whole = client.get(f"{PRODUCT}/places/bureau.json").json()
    some = client.get(f"{PRODUCT}/places/bureau.json", params={"in": "bv:96001_0003|bv:96001_0005"}).json()
    assert some["code"] == ["96001_0003", "96001_0005"]
    assert [whole["code"][row] for row in some["row"]] == some["code"]


@pytest.mark.parametrize("territory", ["com:96001", "dep:96", "circo:9601", "france"])
def test_a_larger_territory_holds_the_stations_of_the_town(client: httpx.Client, territory: str) -> None:
    found = client.get(f"{PRODUCT}/places/bureau.json", params={"in": territory}).json()
    assert len(found["code"]) > 0
    assert set(found["commune"]) == {"96001"}


def test_the_iris_share_out_the_stations_that_have_a_contour(client: httpx.Client) -> None:
    codes = client.get(f"{PRODUCT}/places/iris.json").json()["code"]
    shared: list[str] = []
    for code in codes:
        answer = client.get(f"{PRODUCT}/places/bureau.json", params={"in": f"iris:{code}"})
        shared += answer.json()["code"] if answer.status_code == 200 else []
    assert len(shared) == len(set(shared))
    assert set(shared) == set(client.get(f"{PRODUCT}/places/bureau.json").json()["code"])


def test_the_page_of_a_station_says_what_its_row_says(client: httpx.Client, release: Release) -> None:
    page = client.get(f"{PRODUCT}/bv:96001_0003").json()
    row = release.row("96001_0003")
    assert page["place"]["code"] == "96001_0003"
    figures = {one["name"]: one for theme in page["themes"] for one in theme["indicators"]}
    for name in ("part_cadres", "revenu_median", "population"):
        figure = figures[name]
        assert (figure["value"], figure["margin"], figure["grade"], figure["status"]) == (
            row[name], row[f"{name}_marge"], row[f"{name}_note"], row[f"{name}_statut"],
        )  # fmt: skip
    cadres = figures["part_cadres"]
    assert cadres["commune"] == pytest.approx(row["part_cadres"] - row["part_cadres_ecart_commune"])
    assert (cadres["number"], cadres["base"]) == (row["part_cadres_nombre"], row["part_cadres_base"])
    election = next(one for one in page["elections"] if one["id"] == "pres_2022_t1")
    assert election["participation"]["value"] == row["pres_2022_t1_participation"]
    shares = [one["value"] for one in election["candidates"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.5)
    assert sum(one["value"] for one in election["blocs"]) == pytest.approx(100, abs=0.5)
    assert page["caveats"] == list(release.certificate["standing"])
    assert {source["id"] for source in page["sources"]} >= {"insee_census", "interieur_results"}


@pytest.mark.parametrize("territory", ["com:96001", "circo:9601", "dep:96", "iris:960010101", "96001"])
def test_every_level_has_its_page(client: httpx.Client, territory: str) -> None:
    page = client.get(f"{PRODUCT}/{territory}").json()
    assert page["place"]["name"]
    assert page["themes"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("carreville", "com:96001"), ("CARREVILLE", "com:96001"), ("Cârré", "com:96001"), ("96001", "com:96001"),
        ("96001_0003", "bv:96001_0003"), ("96001 3", "bv:96001_0003"), ("carreville 12", "com:96001"),
        ("carrevile", "com:96001"), ("96", "dep:96"),
    ],
)  # fmt: skip
def test_search_finds_by_name_and_code(client: httpx.Client, asked: str, first: str) -> None:
    results = client.get("/api/v1/search", params={"q": asked}).json()["results"]
    assert results[0]["territory"] == first
    assert len(results[0]["center"]) == 2


def test_search_by_name_and_number_finds_the_station(client: httpx.Client) -> None:
    results = client.get("/api/v1/search", params={"q": "carreville 12", "limit": 3}).json()["results"]
    assert "bv:96001_0012" in [found["territory"] for found in results]


@pytest.mark.parametrize("asked", ["", "  ", "zzzzqq", "'; drop table", "<>", "%", "é" * 100])
def test_search_of_what_is_nowhere_finds_nothing(client: httpx.Client, asked: str) -> None:
    assert client.get("/api/v1/search", params={"q": asked}).json() == {"results": []}


def test_rows_by_address_and_by_body_are_the_same(client: httpx.Client, release: Release) -> None:
    asked = {"in": "com:96001", "columns": "part_cadres,part_cadres_note", "order": "-part_cadres", "limit": 5}
    body = {
        "in": ["com:96001"], "columns": ["part_cadres", "part_cadres_note"], "order": ["-part_cadres"], "limit": 5,
    }  # fmt: skip
    by_address = client.get(f"{PRODUCT}/rows", params=asked).json()
    assert by_address == client.post(f"{PRODUCT}/rows", json=body).json()
    assert by_address == client.post(f"{PRODUCT}/rows", json={**body, "order": "-part_cadres"}).json()
    assert by_address["total"] == release.row_count
    best = sorted((row["part_cadres"] for row in release.rows()), reverse=True)[:5]
    assert [row["part_cadres"] for row in by_address["rows"]] == best
    assert [column["name"] for column in by_address["columns"]] == list(by_address["rows"][0])


def test_rows_of_codes_pass_over_the_first_ones_when_asked(client: httpx.Client) -> None:
    codes = [f"96001_{number:04}" for number in range(1, 9)]
    found = client.post(f"{PRODUCT}/rows", json={"codes": codes, "offset": 5, "limit": 2, "order": "bv_id"}).json()
    assert [row["bv_id"] for row in found["rows"]] == codes[5:7]
    assert found["total"] == 8


def test_sources_count_what_is_shown_and_hidden(client: httpx.Client, release: Release) -> None:
    found = {source["id"]: source for source in client.get("/api/v1/sources?in=com:96001").json()["sources"]}
    census = found["insee_census"]
    assert census["url"].startswith("https://")
    assert census["status"] == "synthetic"
    assert census["total"] == census["indicators"] * release.row_count
    assert 0 < census["covered"] <= census["total"]
    assert census["hidden"] + census["covered"] <= census["total"]
    assert census["files"][0]["digest"]


def test_stations_alike_are_others_of_the_town(client: httpx.Client) -> None:
    found = client.get(f"{PRODUCT}/like/bv:96001_0003", params={"scope": "commune", "limit": 3}).json()["places"]
    assert len(found) == 3
    assert "96001_0003" not in [place["code"] for place in found]
    distances = [place["distance"] for place in found]
    assert distances == sorted(distances)
    assert all(place["why"] for place in found)


def test_tiles_come_by_ranges(client: httpx.Client, told: dict[str, Any]) -> None:
    url = told["tiles"]["url"]
    whole = client.get(url)
    assert whole.content[:7] == b"PMTiles"
    assert "content-encoding" not in whole.headers
    size = len(whole.content)
    cases = [("bytes=0-126", 0, 127), (f"bytes={size - 5}-", size - 5, size), ("bytes=-7", size - 7, size)]
    for asked, start, end in [*cases, (f"bytes=10-{size * 2}", 10, size)]:
        part = client.get(url, headers={"Range": asked, "Accept-Encoding": "gzip"})
        assert (part.status_code, part.content) == (206, whole.content[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = client.get(url, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for ignored in ("bytes=5-2", "lines=0-1", "bytes=0-1,5-6", "bytes=-", "bytes=a-b"):
        assert client.get(url, headers={"Range": ignored}).status_code == 200
    stale = client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (stale.status_code, len(stale.content)) == (200, size)
    fresh = client.get(url, headers={"Range": "bytes=0-9", "If-Range": whole.headers["etag"]})
    assert fresh.status_code == 206
    head = client.head(url)
    assert (head.headers["content-length"], head.headers["accept-ranges"]) == (str(size), "bytes")
    assert client.get("/tiles/000000000000.pmtiles").status_code == 404


def test_the_description_describes_every_address_and_needs_no_network(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1", "/api/v1/search", f"{PRODUCT}/{{territory}}", "/api/v1/session"} <= set(document["paths"])
    for methods in document["paths"].values():
        for described in methods.values():
            assert described["summary"]
            assert set(described["responses"]) - {"200", "201", "204"}
    listing = client.get("/api/v1/docs").text
    assert "http" not in listing.replace("http-equiv", "")
    assert "<script" not in listing
    assert json.dumps(document).count("HTTPValidationError") == 0
