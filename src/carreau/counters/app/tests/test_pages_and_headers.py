"""What every answer of a live server carries, and the pages."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from carreau.counters.app.guarding import SAFETY, Headed
from carreau.counters.app.pages import CLIENT_ROUTES, Pages
from carreau.counters.app.tests.conftest import running


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/nothing", "/nothing", "/odata/", "/api/v1/session"])
def test_every_answer_carries_the_headers_of_safety(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert {name: answer.headers[name] for name, _ in SAFETY} == dict(SAFETY)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", [path for path in CLIENT_ROUTES if "{" not in path])
def test_the_routes_of_the_pages_give_the_first_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/..%5c..%5cx",
        "/.empreinte", "/assets", "/%00", "/index.html%00.js", "/%ff%fe", "//etc/passwd", "/carte/x",
    ],
)  # fmt: skip
def test_an_unknown_address_is_a_problem_in_french(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["detail"] == "cette adresse n'existe pas"


def test_a_page_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get("/", headers={"If-None-Match": '"other", W/"another"'}).status_code == 200


def test_head_says_the_same_as_get_without_a_body(client: httpx.Client) -> None:
    for path in ("/", "/api/v1", "/api/v1/search?q=carre", "/api/v1/electoral_profile/bv:96001_0001", "/nothing"):
        whole, head = client.get(path), client.head(path)
        assert head.content == b""
        assert head.status_code == whole.status_code
        assert head.headers["content-length"] == whole.headers["content-length"]


@contextmanager
def built(folder: Path) -> Iterator[httpx.Client]:
    """A client of the pages built in ``folder``."""
    with running(Headed(Starlette(routes=Pages(folder).routes()))) as address, httpx.Client(base_url=address) as client:
        yield client


def test_what_is_built_is_served_and_what_bears_a_hash_is_kept_for_a_year(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><p>bonjour", "utf-8")
    (tmp_path / "assets" / "main-Bx81jkQz.js").write_text("console.log(1)\n" * 500, "utf-8")
    (tmp_path / ".empreinte").write_text("secret", "utf-8")
    with built(tmp_path) as client:
        assert client.get("/bureau/69123_0101").text == "<!doctype html><p>bonjour"
        script = client.get("/assets/main-Bx81jkQz.js", headers={"Accept-Encoding": "gzip"})
        plain = client.get("/assets/main-Bx81jkQz.js", headers={"Accept-Encoding": "gzip;q=0"})
        assert client.get("/.empreinte").status_code == 404
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == script.content


def test_a_page_built_again_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<!doctype html>un", "utf-8")
    with built(tmp_path) as client:
        assert client.get("/").text.endswith("un")
        page.write_text("<!doctype html>deux, plus long", "utf-8")
        assert client.get("/").text.endswith("deux, plus long")


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    static = tmp_path / "static"
    static.mkdir()
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    (static / "out.txt").symlink_to(tmp_path / "secret.txt")
    with built(static) as client:
        assert client.get("/out.txt").status_code == 404


def test_pages_that_are_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    with built(tmp_path / "absent") as client:
        answer = client.get("/")
    assert answer.status_code == 200
    assert "pip install ." in answer.text
    assert "/api/v1/openapi.json" in answer.text


def test_over_tls_a_browser_is_told_to_come_back_over_tls(client: httpx.Client) -> None:
    assert "strict-transport-security" not in client.get("/").headers
    answer = client.get("/", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_packed_answer_unpacks_to_the_plain_one(client: httpx.Client) -> None:
    path = "/api/v1/electoral_profile/bv:96001_0001"
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as packed:
        body = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(body) == plain.content
    assert packed.headers["etag"] == plain.headers["etag"]
