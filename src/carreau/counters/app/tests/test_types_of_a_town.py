"""The types of stations over HTTP: numbers for the map in the declared order, words in the catalogue and of a place."""

from __future__ import annotations

import struct
from typing import Any

import httpx
import pytest

from carreau.counters.api.models_of_types import TypesModel
from carreau.counters.app.tests.conftest import Live

PRODUCT = "/api/v1/electoral_profile"


@pytest.fixture(scope="module")
def types(live: Live) -> TypesModel:
    """What the catalogue says of types, as OpenAPI describes it."""
    return TypesModel.model_validate(httpx.get(f"{live.address}api/v1", timeout=60).json()["types"])


def numbers(client: httpx.Client, level: str, column: str) -> tuple[float, ...]:
    """A column as the map reads it."""
    body = client.get(f"{PRODUCT}/values/{level}/{column}.f32").raise_for_status().content
    return struct.unpack(f"<{len(body) // 4}f", body)


def rows(client: httpx.Client) -> list[dict[str, Any]]:
    """The stations with their types in words."""
    asked = {"level": "bureau", "columns": "type,groupe_de_types,type_certitude", "limit": 20_000}
    return list(client.get(f"{PRODUCT}/rows", params=asked).json()["rows"])


def test_each_number_is_the_rank_of_the_word_of_its_station(client: httpx.Client, types: TypesModel) -> None:
    assert [one.code for one in types.types] == list(range(1, len(types.types) + 1))
    words = ["", *(one.title for one in types.types)]
    families = ["", *(one.title for one in types.groups)]
    told = rows(client)
    assert [words[int(one)] or None for one in numbers(client, "bureau", types.column)] == [one["type"] for one in told]
    found = [families[int(one)] or None for one in numbers(client, "bureau", types.family)]
    assert found == [one["groupe_de_types"] for one in told]


def test_every_level_that_is_said_to_have_numbers_has_them(client: httpx.Client, types: TypesModel) -> None:
    assert (types.levels, types.made_of) == (["bureau"], ["commune", "departement"])
    for level in types.made_of:
        assert {int(one) for one in numbers(client, level, types.column)} <= set(range(len(types.types) + 1))
        shares = [one for one in numbers(client, level, types.share) if one == one]
        assert shares
        assert all(0 < one <= 100 for one in shares)
        parts = [numbers(client, level, one.part) for one in types.types]
        for place, main in enumerate(numbers(client, level, types.share)):
            if main == main:
                assert max(part[place] for part in parts) == main


def test_a_level_without_types_is_unknown_and_says_so(client: httpx.Client) -> None:
    answer = client.get(f"{PRODUCT}/values/iris/type.f32")
    assert answer.status_code == 404
    assert "type" in answer.json()["detail"]


def test_the_family_of_a_type_is_among_the_families(types: TypesModel) -> None:
    assert {one.group for one in types.types} == {group.id for group in types.groups}


def test_a_commune_tells_what_it_is_made_of_and_a_station_what_it_is(client: httpx.Client, types: TypesModel) -> None:
    commune = client.get(f"{PRODUCT}/com:96001").json()
    assert commune["type"] is None
    assert {one["id"] for one in commune["types"]} <= {one.id for one in types.types}
    assert 0 < sum(one["share"] for one in commune["types"]) <= 100.5
    code = next(one["bv_id"] for one in rows(client) if one["type"])
    station = client.get(f"{PRODUCT}/bv:{code}").json()
    assert station["types"] == []
    known = next(one for one in types.types if one.id == station["type"]["id"])
    assert (station["type"]["title_en"], station["type"]["description_en"]) == (known.title_en, known.portrait_en)


def test_openapi_says_how_a_type_is_read(client: httpx.Client) -> None:
    said = client.get("/api/v1/openapi.json").json()
    values = said["paths"][f"{PRODUCT}/values/{{level}}/{{column}}.f32"]["get"]
    assert "type_part" in values["description"]
    assert {"TypesModel", "DeclaredTypeModel"} <= set(said["components"]["schemas"])
