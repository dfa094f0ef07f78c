"""Every operator that the feed publishes says what the same question says of the Parquet file, asked of DuckDB.

Empty cells are those of OData 4 on both sides: equal to null alone, different from any value, never below one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TABLE = "Bureaux_metiers"
TEXTS = ("bv_id", "code_commune", "libelle_commune", "part_cadres_statut", "part_cadres_note")
NUMBERS = ("inscrits", "part_cadres", "part_cadres_marge", "part_ouvriers_nombre", "part_employes_base")
BY_HAND = {"eq": "{0} IS NOT DISTINCT FROM {1}", "ne": "{0} IS DISTINCT FROM {1}"}
SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
TURNED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
SEARCHES = {"startswith": "starts_with", "endswith": "ends_with", "contains": "contains"}
Database = duckdb.DuckDBPyConnection
PIECES = ("9", "96001_0001", "96001", "96002", "Car", "ville", "_", "%", "A", "B", "C", "é", "'", "", "secret")


@dataclass(frozen=True)
class Asked:
    """One question, in both tongues, with the values that SQL is given apart."""

    odata: str
    sql: str
    values: tuple[Any, ...]


def literal(value: Any) -> str:
    """A value as OData writes it."""
    if value is None:
        return "null"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(value)


@st.composite
def comparisons(draw: st.DrawFn) -> Asked:
    """A column against a value, in either order."""
    text = draw(st.booleans())
    column = draw(st.sampled_from(TEXTS if text else NUMBERS))
    numbers = st.one_of(st.integers(-5, 2000), st.floats(-10, 2000).map(lambda number: round(number, 3)))
    values = st.sampled_from(PIECES) if text else numbers
    value = draw(st.one_of(values, st.none())) if draw(st.integers(0, 4)) == 0 else draw(values)
    operator = draw(st.sampled_from([*BY_HAND, *SIGNS]))
    if operator in BY_HAND:
        sql = "(" + BY_HAND[operator].format(column, "?") + ")"
    else:
        sql = f"coalesce({column} {SIGNS[operator]} ?, false)"
    if draw(st.booleans()):
        return Asked(f"{literal(value)} {TURNED.get(operator, operator)} {column}", sql, (value,))
    return Asked(f"{column} {operator} {literal(value)}", sql, (value,))


@st.composite
def searches(draw: st.DrawFn) -> Asked:
    """A text searched for another, which may be ``eq true`` or ``eq false``."""
    name, column = draw(st.sampled_from(list(SEARCHES))), draw(st.sampled_from(TEXTS))
    piece = draw(st.sampled_from(PIECES))
    end = draw(st.sampled_from(["", " eq true", " eq false"]))
    sql = f"{SEARCHES[name]}({column}, ?)"
    return Asked(f"{name}({column},{literal(piece)}){end}", f"NOT {sql}" if "false" in end else sql, (piece,))


@st.composite
def lists(draw: st.DrawFn) -> Asked:
    """A column among values, of which null may be one."""
    column = draw(st.sampled_from(TEXTS))
    values = draw(st.lists(st.one_of(st.sampled_from(PIECES), st.none()), min_size=1, max_size=4))
    given = [value for value in values if value is not None]
    marks = ", ".join("?" for _ in given)
    sql = f"coalesce({column} IN ({marks}), false)" if given else "false"
    sql = f"({sql} OR {column} IS NULL)" if None in values else f"({sql})"
    return Asked(f"{column} in ({', '.join(map(literal, values))})", sql, tuple(given))


def joined(parts: tuple[Asked, Asked, str]) -> Asked:
    """Two questions in one."""
    one, two, word = parts
    return Asked(f"({one.odata}) {word} ({two.odata})", f"(({one.sql}) {word} ({two.sql}))", one.values + two.values)


questions = st.recursive(
    st.one_of(comparisons(), searches(), lists()),
    lambda inner: st.one_of(
        st.tuples(inner, inner, st.sampled_from(["and", "or"])).map(joined),
        inner.map(lambda one: Asked(f"not ({one.odata})", f"(NOT ({one.sql}))", one.values)),
    ),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def database(stations: Path) -> duckdb.DuckDBPyConnection:
    """The stations as DuckDB reads them."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE stations AS SELECT * FROM read_parquet('{stations}')")
    return connection


def keys(database: Database, sql: str, values: tuple[Any, ...] = ()) -> list[str]:
    """The keys that a question of SQL finds, in order."""
    return [row[0] for row in database.execute(f"SELECT bv_id FROM stations {sql}", list(values)).fetchall()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=questions)
def test_a_filter_finds_the_rows_that_duckdb_finds(asked: Asked, feed: Any, database: Database) -> None:
    expected = keys(database, f"WHERE {asked.sql} ORDER BY bv_id", asked.values)
    assert [row["bv_id"] for row in feed.rows(TABLE, select="bv_id", filter=asked.odata)] == expected
    assert feed.get(f"/odata/{TABLE}/$count", params={"$filter": asked.odata}).text == str(len(expected))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ways=st.lists(st.tuples(st.sampled_from(TEXTS + NUMBERS), st.booleans()), min_size=1, max_size=3),
    skip=st.integers(0, 30),
    top=st.integers(0, 30),
)
def test_an_order_is_that_of_duckdb_with_empty_cells_last(
    ways: list[tuple[str, bool]], skip: int, top: int, feed: Any, database: Database
) -> None:
    odata = ",".join(f"{column} {'desc' if down else 'asc'}" for column, down in ways)
    sql = ", ".join(f"{column} {'DESC' if down else 'ASC'} NULLS LAST" for column, down in ways)
    found = feed.rows(TABLE, select="bv_id", orderby=odata, skip=str(skip), top=str(top))
    assert [row["bv_id"] for row in found] == keys(database, f"ORDER BY {sql}, bv_id LIMIT {top} OFFSET {skip}")


@pytest.mark.parametrize("by", [(), ("code_commune",), ("part_cadres_note", "code_commune")])
@pytest.mark.parametrize("where", ["", "inscrits gt 700"])
def test_groups_are_those_of_duckdb(by: tuple[str, ...], where: str, feed: Any, database: Database) -> None:
    odata = (
        "aggregate(inscrits with sum as total,inscrits with average as mean,part_cadres with min as low,"
        "part_cadres with max as high,part_cadres_note with countdistinct as grades,$count as n)"
    )
    apply = f"groupby(({','.join(by)}),{odata})" if by else odata
    found = feed.rows(TABLE, apply=f"filter({where})/{apply}" if where else apply)
    named = "".join(f"{column}, " for column in by)
    sql = (
        f"SELECT {named}sum(inscrits), avg(inscrits), min(part_cadres), max(part_cadres), "
        f"count(DISTINCT part_cadres_note), count(*) FROM stations {'WHERE inscrits > 700' if where else ''} "
        f"{'GROUP BY ALL' if by else ''} {'ORDER BY ALL NULLS LAST' if by else ''}"
    )
    expected = database.execute(sql).fetchall()
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        texts = len(by)
        assert tuple(row.values())[:texts] == wanted[:texts]
        assert list(row.values())[texts:] == pytest.approx(list(wanted[texts:]), rel=1e-12)


def test_figures_are_those_of_the_parquet_to_the_last_digit(feed: Any, database: Database) -> None:
    rows = feed.rows(TABLE)
    columns = ", ".join(f'"{name}"' for name in rows[0])
    expected = database.execute(f"SELECT {columns} FROM stations ORDER BY bv_id").fetchall()
    assert [tuple(row.values()) for row in rows] == expected
