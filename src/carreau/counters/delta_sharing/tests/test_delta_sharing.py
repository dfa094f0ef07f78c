"""Delta Sharing as its protocol has it: lists, tables, files in both forms, versions, changes, and what is refused."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow.parquet as pq
import pytest

from carreau.counters.delta_sharing.asked import changes_asked
from carreau.counters.delta_sharing.lines import Told
from carreau.errors import Unknown
from carreau.house import Home
from carreau.house.accounts import accounts_of
from carreau.house.feeds import Feed
from carreau.house.served import Served

TABLES = "shares/carreau/schemas/electoral_profile/tables"
DELTA = {"delta-sharing-capabilities": "responseformat=delta,parquet;readerfeatures=deletionvectors"}
Share = Any  # the reader of conftest


def queried(share: Share, table: str = "bureau", token: str = "", **options: Any) -> list[dict[str, Any]]:
    """The lines of a query."""
    found: list[dict[str, Any]] = share.lines(f"{TABLES}/{table}/query", token, method="POST", **options)
    return found


def link(share: Share, table: str = "bureau", token: str = "") -> str:
    """The signed address of the last file of a table."""
    return str(queried(share, table, token)[-1]["file"]["url"])


def refused(share: Share, path: str, status: int, **options: Any) -> str:
    """The message of a refusal, in the shape of Delta Sharing."""
    answer = share.get(f"/delta-sharing/{path}", **options)
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert set(said) == {"errorCode", "message"} and said["message"]
    return str(said["message"])


def test_lists_are_one_line_of_json(share: Share) -> None:
    for path, key in (
        ("shares", "items"), ("shares/carreau", "share"), ("shares/carreau/schemas", "items"), (TABLES, "items"),
        ("shares/carreau/all-tables", "items"),
    ):  # fmt: skip
        answer = share.get(f"/delta-sharing/{path}")
        assert answer.status_code == 200 and "\n" not in answer.text and key in answer.json()


def test_tables_are_those_of_every_level_and_theme(share: Share) -> None:
    names = [one["name"] for one in share.get("/delta-sharing/shares/carreau/all-tables").json()["items"]]
    assert {"bureau", "commune", "iris", "departement", "circonscription", "bureau_metiers"} <= set(names)
    assert len(names) == len(set(names))


def test_a_list_comes_by_pages(share: Share) -> None:
    whole = share.get(f"/delta-sharing/{TABLES}").json()["items"]
    found, token = [], ""
    while True:
        page = share.get(f"/delta-sharing/{TABLES}?maxResults=7&pageToken={token}").json()
        assert len(page["items"]) <= 7
        found += page["items"]
        token = page.get("nextPageToken", "")
        if not token:
            break
    assert found == whole
    assert share.get(f"/delta-sharing/{TABLES}?maxResults=0").json() == {"items": []}
    for wrong in ("maxResults=-1", "maxResults=x", "pageToken=%00", "pageToken=zzz", "pageToken=%C3%A9"):
        refused(share, f"{TABLES}?{wrong}", 400)


def test_names_know_no_capitals(share: Share) -> None:
    assert share.lines("shares/Carreau/schemas/Electoral_Profile/tables/BUREAU/metadata")


@pytest.mark.parametrize(
    "path",
    [
        "", "shares/autre", "shares/autre/schemas", "shares/carreau/schemas/autre/tables", f"{TABLES}/autre/metadata",
        "shares/%2e%2e/schemas", f"{TABLES}/%2e%2e/metadata", f"{TABLES}/..%2f../metadata", f"{TABLES}/a%00/metadata",
        f"{TABLES}/{'a' * 300}/version", "shares/carreau/schemas/electoral_profile/x", f"{TABLES}/bureau/x",
        "files/x/bureau/y/0.parquet/z", f"{TABLES}/ｂureau/metadata",
    ],
)  # fmt: skip
def test_what_is_not_shared_is_404(share: Share, path: str) -> None:
    refused(share, path, 404)


def test_a_table_tells_its_version_in_a_header(share: Share) -> None:
    for method in ("GET", "HEAD"):
        path = f"{TABLES}/bureau/version" if method == "GET" else f"{TABLES}/bureau"
        answer = share.get(f"/delta-sharing/{path}", method=method)
        assert (answer.status_code, answer.headers["delta-table-version"], answer.text) == (200, "0", "")


def test_a_table_is_described_in_the_form_that_its_reader_asks_for(share: Share, shown: Served) -> None:
    answer = share.get(f"/delta-sharing/{TABLES}/bureau/metadata")
    assert answer.headers["delta-sharing-capabilities"] == "responseformat=parquet"
    protocol, metadata = map(json.loads, answer.text.splitlines())
    assert protocol == {"protocol": {"minReaderVersion": 1}}
    fields = json.loads(metadata["metaData"]["schemaString"])["fields"]
    answer = share.get(f"/delta-sharing/{TABLES}/bureau/metadata", headers=DELTA)
    assert answer.headers["delta-sharing-capabilities"] == "responseformat=delta"
    protocol, metadata = map(json.loads, answer.text.splitlines())
    assert protocol["protocol"]["deltaProtocol"]["minReaderVersion"] == 1
    described = metadata["metaData"]["deltaMetadata"]
    assert json.loads(described["schemaString"])["fields"] == fields
    assert described["format"] == {"provider": "parquet", "options": {}} and described["partitionColumns"] == []
    assert fields[0]["name"] == "bv_id" and "geometry" not in [one["name"] for one in fields]
    assert {one["type"] for one in fields} == {"string", "double"} and all(one["metadata"]["comment"] for one in fields)
    rows = shown.levels["bureau"].schema
    indicators = {column.name for column in rows.columns if f"{column.name}_statut" in rows.names}
    assert indicators <= {one["name"] for one in fields}


@pytest.mark.parametrize("headers", [{}, DELTA])
def test_the_files_of_a_table_are_its_rows_and_columns(share: Share, shown: Served, headers: dict[str, str]) -> None:
    _, metadata, *files = queried(share, "bureau_metiers", headers=headers)
    rows = []
    for line in files:
        added = line["file"]["deltaSingleAction"]["add"] if headers else line["file"]
        content = share.get(added["path" if headers else "url"])
        assert content.status_code == 200 and len(content.content) == added["size"]
        table = pq.read_table(io.BytesIO(content.content))
        assert json.loads(added["stats"]) == {"numRecords": table.num_rows}
        rows += table.to_pylist()
    facts = metadata["metaData"]["deltaMetadata"] if headers else metadata["metaData"]
    assert list(rows[0]) == [field["name"] for field in json.loads(facts["schemaString"])["fields"]]
    assert rows == shown.levels["bureau"].slice(list(rows[0])).rows()


def test_a_file_carries_its_certificate(share: Share, town_home: Home, tmp_path: Any) -> None:
    path = tmp_path / "bureau.parquet"
    path.write_bytes(share.get(link(share)).content)
    assert town_home.verify(path)["state"] == "valide"


def test_few_rows_take_few_files(share: Share) -> None:
    whole = len(queried(share, json={}))
    assert len(queried(share, json={"limitHint": 1})) == 3 <= whole
    for wrong in ({"limitHint": -1}, {"limitHint": "5"}, {"limitHint": True}, {"limitHint": 1.5}):
        refused(share, f"{TABLES}/bureau/query", 400, method="POST", json=wrong)


@pytest.mark.parametrize("body", [b"[]", b"{", b"5", b"\xff", b"[" * 60_000, b'{"a":"' + b"x" * 70_000 + b'"}'])
def test_a_body_that_is_no_question_is_refused(share: Share, body: bytes) -> None:
    refused(share, f"{TABLES}/bureau/query", 400, method="POST", content=body)


def test_hints_that_are_not_followed_change_nothing(share: Share) -> None:
    hints = {"predicateHints": ["bv_id = 'x'"], "jsonPredicateHints": "{", "unknown": [1]}
    assert len(queried(share, json=hints)) == len(queried(share))


def test_one_version_is_kept_and_any_other_is_told_so(share: Share) -> None:
    assert queried(share, json={"version": 0})
    assert "version 0" in refused(share, f"{TABLES}/bureau/query", 400, method="POST", json={"version": 5})
    assert queried(share, json={"timestamp": "2027-01-01T00:00:00Z"})
    refused(share, f"{TABLES}/bureau/query", 400, method="POST", json={"timestamp": "2020-01-01T00:00:00Z"})
    refused(share, f"{TABLES}/bureau/query", 400, method="POST", json={"timestamp": "hier"})
    refused(share, f"{TABLES}/bureau/metadata?version=7", 400)


@pytest.mark.parametrize("headers", [{}, DELTA])
def test_the_changes_of_the_first_version_are_all_its_rows(share: Share, headers: dict[str, str]) -> None:
    protocol, metadata, *changes = share.lines(f"{TABLES}/bureau/changes?startingVersion=0", headers=headers)
    configuration = metadata["metaData"].get("configuration") or metadata["metaData"]["deltaMetadata"]["configuration"]
    assert configuration == {"delta.enableChangeDataFeed": "true"} and "protocol" in protocol
    key = "file" if headers else "add"
    assert changes and all(set(one) == {key} and one[key]["version"] == 0 for one in changes)


@pytest.mark.parametrize(
    "asked",
    [
        "", "startingVersion=1", "startingVersion=x", "startingVersion=0&endingVersion=-1", "startingTimestamp=hier",
        "startingVersion=0&startingTimestamp=2026-01-01T00:00:00Z",
    ],
)  # fmt: skip
def test_changes_that_cannot_be_told_are_refused_in_words(share: Share, asked: str) -> None:
    refused(share, f"{TABLES}/bureau/changes?{asked}", 400)


def test_nothing_can_be_written(share: Share) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        refused(share, f"{TABLES}/bureau", 405, method=method)


def test_a_file_is_sent_by_ranges(share: Share) -> None:
    url = link(share)
    whole = share.get(url)
    size, tag = len(whole.content), whole.headers["etag"]
    head = share.get(url, method="HEAD")
    assert (head.content, head.headers["content-length"], head.headers["accept-ranges"]) == (b"", str(size), "bytes")
    for asked, expected in (
        ("bytes=0-3", whole.content[:4]), ("bytes=-8", whole.content[-8:]), (f"bytes={size - 5}-", whole.content[-5:]),
        (f"bytes={size - 5}-{size + 50}", whole.content[-5:]), ("bytes=100000-300000", whole.content[100_000:300_001]),
    ):  # fmt: skip
        part = share.get(url, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, expected)
        assert part.headers["content-range"].startswith("bytes ") and part.headers["content-range"].endswith(f"/{size}")
    beyond = share.get(url, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=5-3", "items=1-2", "bytes=a-b", "bytes=-", "bytes=" + ",".join(["0-1"] * 100), "bytes=0-,0-"):
        assert share.get(url, headers={"Range": asked}).status_code == 200
    assert share.get(url, headers={"Range": "bytes=0-3", "If-Range": '"autre"'}).status_code == 200
    assert share.get(url, headers={"Range": "bytes=0-3", "If-Range": tag}).status_code == 206
    assert share.get(url, headers={"If-None-Match": tag}).status_code == 304


def test_several_ranges_come_in_parts(share: Share) -> None:
    url = link(share)
    whole = share.get(url).content
    answer = share.get(url, headers={"Range": "bytes=0-3,-4,100-199"})
    assert answer.status_code == 206 and int(answer.headers["content-length"]) == len(answer.content)
    kind, _, bounds = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    parts = [part.partition(b"\r\n\r\n")[2][:-2] for part in answer.content.split(b"--" + bounds.encode())[1:-1]]
    assert parts == [whole[:4], whole[-4:], whole[100:200]]


def test_a_link_opens_its_file_and_no_other(share: Share) -> None:
    url = urlsplit(link(share))
    other = urlsplit(link(share, "commune"))
    assert share.get(f"{other.path}?{url.query}").status_code == 403
    assert share.get(url.path).status_code == 403
    assert share.get(f"{url.path.replace('bureau', 'commune')}?{url.query}").status_code == 403


@pytest.mark.parametrize("name", ["grant", "expires", "nonce", "kid", "X-Amz-Signature"])
def test_a_link_that_is_altered_or_stripped_opens_nothing(share: Share, name: str) -> None:
    url = urlsplit(link(share))
    facts = dict(parse_qsl(url.query))
    for value in (facts[name][:-1], facts[name] + "0", "", "9" * 30):
        refused(share, f"{url.path.removeprefix('/delta-sharing/')}?{urlencode({**facts, name: value})}", 403)
    rest = urlencode({key: value for key, value in facts.items() if key != name})
    refused(share, f"{url.path.removeprefix('/delta-sharing/')}?{rest}", 403)
    refused(share, f"{url.path.removeprefix('/delta-sharing/')}?{url.query}&x=1", 403)


def test_a_link_lives_ten_minutes(share: Share, town_home: Home) -> None:
    path, house = urlsplit(link(share)).path, accounts_of(town_home)
    for minutes, status in ((9, 200), (11, 403)):
        query = house.links.signed(path, "local", house.clock() - timedelta(minutes=minutes))
        assert share.get(f"{path}?{query}").status_code == status
    assert "expiré" in refused(share, f"{path.removeprefix('/delta-sharing/')}?{query}", 403)


def test_a_whole_table_is_one_parquet_file(share: Share, shown: Served) -> None:
    content = share.get("/delta-sharing/files/bureau_metiers.parquet").content
    assert pq.read_table(io.BytesIO(content)).num_rows == shown.levels["bureau"].row_count
    refused(share, "files/nulle.parquet", 404)


def test_the_signed_link_of_a_table_is_where_its_connection_leads(share: Share) -> None:
    answer = share.get("/api/v1/connections/bureau.parquet")
    assert answer.status_code == 303
    assert share.get(answer.headers["location"]).content[:4] == b"PAR1"


def test_the_files_of_connections_hold_addresses_and_no_secret(share: Share, closed: Share) -> None:
    pbids = share.get("/api/v1/connections/carreau.pbids").json()
    assert pbids["connections"][0]["details"] == {
        "protocol": "odata", "address": {"url": "http://127.0.0.1/odata/"},
    }  # fmt: skip
    assert share.get("/api/v1/connections/carreau.share").json() == {
        "shareCredentialsVersion": 1, "endpoint": "http://127.0.0.1/delta-sharing", "bearerToken": "local",
    }  # fmt: skip
    for name in ("carreau.pbids", "carreau.share", "carreau.py"):
        answer = closed.get(f"/api/v1/connections/{name}")
        assert answer.status_code == 200 and "attachment" in answer.headers["content-disposition"]
        assert "local" not in answer.text.replace("localhost", "")
    compile(closed.get("/api/v1/connections/carreau.py").text, "carreau.py", "exec")


def test_the_changes_between_two_releases_are_not_kept_and_it_is_said() -> None:
    told = Told(Feed("bureau", "profil", "", "", ()), "une table", 2, datetime(2026, 11, 24, tzinfo=UTC))
    for asked in ({"startingVersion": "2"}, {"startingVersion": "0"}, {"startingTimestamp": "2026-11-24"}):
        with pytest.raises(Unknown, match="ne sont pas tenus"):
            changes_asked(told, asked)
