"""The doors of OData as a reader finds them: documents, rows, pages, one row, counts, groups, refusals."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from carreau.house import Home

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
Feed = Any  # the reader of conftest


def metadata(feed: Feed) -> ElementTree.Element:
    """The schema of $metadata."""
    answer = feed.get("/odata/$metadata")
    assert answer.headers["content-type"] == "application/xml;charset=utf-8"
    schema = ElementTree.fromstring(answer.content).find(f".//{EDM}Schema")
    assert schema is not None
    return schema


def refused(feed: Feed, path: str, status: int = 400, **params: str) -> str:
    """The message of a refusal, in the shape of OData."""
    answer = feed.get(f"/odata/{path}", params={f"${name}": value for name, value in params.items()})
    assert answer.status_code == status, answer.text
    assert answer.headers["odata-version"] == "4.0"
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["message"] and "Traceback" not in error["message"]
    return str(error["message"])


def test_the_list_of_tables_has_one_per_level_and_per_theme(feed: Feed) -> None:
    answer = feed.get("/odata/")
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json;odata.metadata=minimal")
    sets = answer.json()["value"]
    names = [one["name"] for one in sets]
    assert {"Bureaux", "Communes", "Iris", "Departements", "Circonscriptions", "Bureaux_metiers"} <= set(names)
    assert any(re.fullmatch(r"Bureaux_\w+_\d{4}_t1", name) for name in names)
    assert len(set(names)) == len(names)
    assert all(one["kind"] == "EntitySet" and one["url"] == one["name"] and one["title"] for one in sets)


def test_metadata_keeps_to_what_power_query_reads(feed: Feed) -> None:
    schema = metadata(feed)
    types = {one.get("Name"): one for one in schema.findall(f"{EDM}EntityType")}
    sets = schema.findall(f"{EDM}EntityContainer/{EDM}EntitySet")
    assert [one.get("EntityType") for one in sets] == [f"{schema.get('Namespace')}.{name}" for name in types]
    assert [one["name"] for one in feed.get("/odata/").json()["value"]] == [one.get("Name") for one in sets]
    for name, kind in types.items():
        properties = kind.findall(f"{EDM}Property")
        names = [one.get("Name") for one in properties]
        (key,) = kind.findall(f"{EDM}Key/{EDM}PropertyRef")
        assert len(set(names)) == len(names) > 1, name
        assert properties[0].get("Name") == key.get("Name") and properties[0].get("Nullable") == "false"
        assert {one.get("Type") for one in properties} <= {"Edm.String", "Edm.Double", "Edm.Int64"}
        assert all(re.fullmatch(r"[A-Za-z_]\w*", str(one)) for one in names)
        assert all(one.find(f"{EDM}Annotation") is not None for one in properties)
    assert not schema.findall(f".//{EDM}NavigationProperty")


def test_rows_have_the_columns_that_metadata_declares_and_no_other(feed: Feed) -> None:
    schema = metadata(feed)
    for kind in schema.findall(f"{EDM}EntityType"):
        names = [one.get("Name") for one in kind.findall(f"{EDM}Property")]
        answer = feed.get(f"/odata/{kind.get('Name')}", params={"$top": "1"}).json()
        assert [list(row) for row in answer["value"]] == [names]
        assert answer["@odata.context"] == f"http://127.0.0.1/odata/$metadata#{kind.get('Name')}"


def test_the_main_table_is_one_that_a_spreadsheet_reads_at_once(feed: Feed) -> None:
    (row,) = feed.get("/odata/Bureaux", params={"$top": "1"}).json()["value"]
    assert {"bv_id", "code_commune", "libelle_commune", "inscrits", "population", "population_marge"} <= set(row)
    assert len(row) < 40


def test_pages_follow_one_another_and_give_each_row_once(feed: Feed) -> None:
    whole = [row["bv_id"] for row in feed.rows("Bureaux", select="bv_id")]
    assert len(whole) == len(set(whole)) > 20
    headers, url, found = {"Prefer": "odata.maxpagesize=7"}, "/odata/Bureaux?$select=bv_id&$count=true", []
    sizes = []
    while url:
        answer = feed.get(url, headers=headers)
        assert answer.headers["preference-applied"] == "odata.maxpagesize=7"
        page = answer.json()
        assert page["@odata.count"] == len(whole)
        sizes.append(len(page["value"]))
        found += [row["bv_id"] for row in page["value"]]
        url, headers = page.get("@odata.nextLink", ""), {}  # the size of pages is in the link
    assert found == whole
    assert set(sizes[:-1]) == {7} and 0 < sizes[-1] <= 7


def test_top_and_skip_count_over_the_pages(feed: Feed) -> None:
    whole = [row["bv_id"] for row in feed.rows("Bureaux", select="bv_id")]
    headers, url, found = {"Prefer": "odata.maxpagesize=4"}, "/odata/Bureaux?$select=bv_id&$skip=3&$top=10", []
    while url:
        page = feed.get(url, headers=headers).json()
        found += [row["bv_id"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert found == whole[3:13]
    assert feed.rows("Bureaux", top="0") == []
    assert feed.rows("Bureaux", skip="100000") == []
    assert len(feed.rows("Bureaux", top="1000000000")) == len(whole)


def test_an_order_is_total_so_that_pages_never_overlap(feed: Feed) -> None:
    params = "$select=bv_id,code_commune&$orderby=code_commune desc"
    url, headers, found = f"/odata/Bureaux?{params}", {"Prefer": "odata.maxpagesize=3"}, []
    while url:
        page = feed.get(url, headers=headers).json()
        found += [(row["code_commune"], row["bv_id"]) for row in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert found == sorted(sorted(found, key=lambda pair: pair[1]), key=lambda pair: pair[0], reverse=True)
    assert len(set(found)) == len(found)


def test_one_row_is_found_by_its_key_written_either_way(feed: Feed) -> None:
    (first,) = feed.rows("Bureaux", top="1")
    for written in (f"Bureaux('{first['bv_id']}')", f"Bureaux(bv_id='{first['bv_id']}')"):
        row = feed.get(f"/odata/{written}").json()
        assert row.pop("@odata.context").endswith("$metadata#Bureaux/$entity")
        assert row == first
    bare = "$select=inscrits&$format=application/json;odata.metadata=none"
    chosen = feed.get(f"/odata/Bureaux('{first['bv_id']}')?{bare}")
    assert chosen.json() == {"inscrits": first["inscrits"]}


def test_a_key_that_is_not_there_is_404_and_one_that_is_not_a_key_400(feed: Feed) -> None:
    assert "96001_9999" in refused(feed, "Bureaux('96001_9999')", 404)
    for written in ("Bureaux(5)", "Bureaux()", "Bureaux('a'", "Bureaux('a')x", "Bureaux(x='a')", "Bureaux('a','b')"):
        refused(feed, written)
    refused(feed, "Bureaux('96001_0001')", top="5")


def test_a_count_is_a_bare_figure(feed: Feed) -> None:
    answer = feed.get("/odata/Bureaux/$count", params={"$filter": "inscrits gt 800"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert int(answer.text) == len(feed.rows("Bureaux", filter="inscrits gt 800"))
    refused(feed, "Bureaux/$count", top="5")
    refused(feed, "Nulle/$count", 404)


def test_groups_have_the_sums_of_their_rows(feed: Feed) -> None:
    rows = feed.rows("Bureaux")
    groups = feed.rows(
        "Bureaux",
        apply="groupby((code_commune),aggregate(inscrits with sum as total,$count as n))",
        filter="n gt 1",
        orderby="total desc",
    )
    expected: dict[str, list[float]] = {}
    for row in rows:
        expected.setdefault(row["code_commune"], []).append(row["inscrits"])
    totals = {code: (sum(values), len(values)) for code, values in expected.items() if len(values) > 1}
    assert {row["code_commune"]: (row["total"], row["n"]) for row in groups} == totals
    assert [row["total"] for row in groups] == sorted((total for total, _ in totals.values()), reverse=True)


def test_groups_come_by_pages_too(feed: Feed) -> None:
    url, headers = "/odata/Bureaux?$apply=groupby((bv_id),aggregate($count as n))", {"Prefer": "odata.maxpagesize=5"}
    found = []
    while url:
        page = feed.get(url, headers=headers).json()
        assert page["@odata.context"].endswith("#Bureaux(bv_id,n)")
        found += [row["bv_id"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert found == [row["bv_id"] for row in feed.rows("Bureaux", select="bv_id")]


def test_shares_are_neither_summed_nor_averaged_and_the_right_way_is_said(feed: Feed) -> None:
    for method in ("sum", "average"):
        message = refused(feed, "Bureaux_metiers", apply=f"aggregate(part_cadres with {method} as x)")
        assert "part_cadres_nombre" in message


@pytest.mark.parametrize("name", ["search", "expand", "compute", "levels", "skip ", "deltatoken", "schemaversion", "x"])
def test_an_option_that_is_not_read_is_refused_rather_than_passed_over(feed: Feed, name: str) -> None:
    refused(feed, "Bureaux", **{name: "1"})


def test_an_option_without_its_dollar_is_refused(feed: Feed) -> None:
    answer = feed.get("/odata/Bureaux", params={"filter": "inscrits gt 1"})
    assert answer.status_code == 400 and "$filter" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("top", "-1"), ("skip", "-1"), ("top", "1e3"), ("count", "1"), ("format", "xml"), ("select", "secret"),
        ("orderby", "secret"), ("filter", "secret eq 1"), ("filter", "inscrits eq 'a'"), ("filter", "bv_id eq 5"),
        ("filter", "contains(inscrits,'5')"), ("filter", "startswith(bv_id,5)"), ("filter", "inscrits eq 1e999"),
        ("filter", "part_cadres_note eq 'A'"), ("filter", "bv_id eq '" + "a" * 20_000 + "'"), ("select", "geometry"),
        ("filter", "'; DROP TABLE bureaux; --"), ("filter", "1=1"), ("orderby", "1; SELECT 1"), ("select", "bv_id,1"),
        ("apply", "aggregate(secret with sum as x)"), ("skiptoken", "abc"), ("skiptoken", "é"), ("skiptoken", ""),
        ("skiptoken", "A" * 500), ("filter", "inscrits in (1)" + " or inscrits eq 1" * 1_000),
    ],
)  # fmt: skip
def test_a_hostile_question_is_refused_in_the_shape_of_odata(feed: Feed, name: str, value: str) -> None:
    refused(feed, "Bureaux", **{name: value})


@pytest.mark.parametrize(
    "path",
    [
        "bureaux", "Bureaux/", "Bureaux/inscrits", "Nulle", "$batch", "Bureaux/x/y", "%2e%2e%2fapi", "..%2f..",
        "$metadata/x", "a%00b",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_in_the_shape_of_odata(feed: Feed, path: str) -> None:
    refused(feed, path, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(feed: Feed, method: str) -> None:
    answer = feed.get("/odata/Bureaux", method=method)
    assert answer.status_code == 405 and answer.json()["error"]["message"]


def test_a_reader_of_an_older_odata_is_told_so(feed: Feed) -> None:
    answer = feed.get("/odata/Bureaux", headers={"OData-MaxVersion": "3.0"})
    assert answer.status_code == 400 and "4.0" in answer.json()["error"]["message"]
    assert feed.get("/odata/Bureaux?$top=1", headers={"OData-MaxVersion": "4.01"}).status_code == 200


def test_metadata_comes_in_xml_alone(feed: Feed) -> None:
    assert feed.get("/odata/$metadata?$format=application/xml").status_code == 200
    refused(feed, "$metadata", format="json")
    refused(feed, "$metadata", top="1")


def test_without_metadata_there_is_no_context_and_the_type_says_so(feed: Feed) -> None:
    answer = feed.get("/odata/Bureaux?$top=1&$format=application/json;odata.metadata=none")
    assert set(answer.json()) == {"value"}
    assert "odata.metadata=none" in answer.headers["content-type"]
    accept = {"Accept": "application/json;odata.metadata=none;q=1.0,application/xml;q=0.5"}
    assert set(feed.get("/odata/Bureaux?$top=1", headers=accept).json()) == {"value"}


def test_rows_name_their_certificate_and_their_reading_has_its_line_once_a_day(feed: Feed, town_home: Home) -> None:
    for _ in range(3):
        answer = feed.get("/odata/Bureaux_logement?$top=1")
    certificate = answer.headers["carreau-certificat"]
    lines = [entry["facts"] for entry in town_home.ledger() if entry["verb"] == "serve"]
    (line,) = [facts for facts in lines if facts["table"] == "bureau_logement"]
    assert (line["door"], line["grant"], line["certificate"]) == ("odata", "local", certificate)


def test_the_token_of_the_next_page_is_bound_to_its_question(feed: Feed) -> None:
    first = feed.get("/odata/Bureaux?$select=bv_id", headers={"Prefer": "odata.maxpagesize=5"}).json()
    token = parse_qs(urlsplit(first["@odata.nextLink"]).query)["$skiptoken"][0]
    assert len(feed.get("/odata/Bureaux", params={"$select": "bv_id", "$skiptoken": token}).json()["value"]) == 5
    for table, params in (
        ("Bureaux", {"$select": "bv_id,inscrits"}),
        ("Bureaux", {"$select": "bv_id", "$filter": "inscrits gt 1"}),
        ("Communes", {}),
    ):
        answer = feed.get(f"/odata/{table}", params={**params, "$skiptoken": token})
        assert answer.status_code == 400
    for altered in (token[:-1], token + "A", token[:-1] + ("A" if token[-1] != "A" else "B"), token[::-1]):
        answer = feed.get("/odata/Bureaux", params={"$select": "bv_id", "$skiptoken": altered})
        assert answer.status_code == 400, altered
