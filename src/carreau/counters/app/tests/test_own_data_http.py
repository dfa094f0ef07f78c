"""« Mes données » over HTTP, on the live server."""

from __future__ import annotations

import struct

import httpx
import pytest

SPACE = "/api/v1/space"


@pytest.fixture
def page(client: httpx.Client) -> httpx.Client:
    """A client that shows the token of our own page."""
    client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf"]
    return client


def sent(page: httpx.Client, content: bytes, name: str = "a/b <i>.csv") -> httpx.Response:
    return page.post(SPACE, files={"file": (name, content, "text/csv")}, timeout=120)


def test_a_file_is_brought_read_drawn_and_deleted(page: httpx.Client) -> None:
    made = sent(page, b"bv_id;n/a;=x\n96001_1;3;a\n96001_2;5;b\n96001_999;1;c\n")
    assert made.status_code == 201, made.text
    report = made.json()
    address = f"{SPACE}/{report['id']}"
    assert (report["name"], report["joined"], report["unmatched_count"]) == ("a/b <i>.csv", 2, 1)
    assert [column["name"] for column in report["columns"]] == ["nombre_de_lignes", "bv_id", "n/a", "=x"]
    body = page.get(f"{address}/n%2Fa.f32").content
    assert struct.unpack_from("<2f", body) == (3.0, 5.0)
    assert struct.unpack("<f", page.get(f"{address}/n%2Fa.f32?level=commune").content) == (8.0,)
    assert page.get(f"{address}/rows?limit=1").json()["rows"][0]["valeurs"] == [3.0, 1.0]
    assert page.get(address).json() == report
    assert [file["id"] for file in page.get(SPACE).json()] == [report["id"]]
    assert page.get(address).headers["cache-control"] == "private, no-store"
    assert page.delete(address).status_code == 204
    after = (page.delete(address), page.get(address), page.get(f"{address}/rows"))
    assert {answer.status_code for answer in after} == {404}
    assert page.get(SPACE).json() == []


def test_what_is_unknown_is_404_and_says_nothing_more(page: httpx.Client) -> None:
    for path in ("/" + "0" * 32, "/x", "/" + "0" * 32 + "/n.f32", "/" + "0" * 32 + "/rows", "/..%2F..%2Fkeys"):
        answer = page.get(SPACE + path)
        assert answer.status_code == 404
        assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422), (b"a;b\n1;2\n", 422), (b"PAR1junk", 422),
        (b"%PDF-1.7", 403), (b"code_commune;mail\n96001;a@b.fr\n", 403),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_why(page: httpx.Client, content: bytes, status: int) -> None:
    answer = sent(page, content)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["advice"]
    assert page.get(SPACE).json() == []


def test_a_form_of_another_site_brings_nothing(client: httpx.Client) -> None:
    files = {"file": ("x.csv", b"bv_id;n\n96001_1;3\n", "text/csv")}
    assert client.post(SPACE, files=files).status_code == 403
    assert client.post(SPACE, files=files, headers={"Origin": "https://autre.invalid"}).status_code == 403


def test_the_space_is_described(client: httpx.Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/space", "/api/v1/space/{identifier}", "/api/v1/space/{identifier}/rows"} <= set(paths)
