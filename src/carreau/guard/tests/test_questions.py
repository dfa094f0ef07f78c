"""Every question asked of a release has the answer that SQL gives on the Parquet that leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carreau.errors import Refused, Unknown
from carreau.guard import Release
from carreau.terms import (
    Aggregate,
    Column,
    Compare,
    Condition,
    Either,
    Every,
    Grouping,
    Not,
    Operator,
    Order,
    Role,
    Schema,
    Slice,
)  # fmt: skip

SCHEMA = Schema(
    "une ligne par lieu",
    (
        Column("code", "text", "Code", role=Role.KEY, nullable=False),
        Column("zone", "text", "Zone", role=Role.PLACE),
        Column("nom", "text", "Nom", role=Role.PLACE),
        Column("inscrits", "integer", "Inscrits", "électeurs", Role.COUNT),
        Column("poids", "number", "Poids", role=Role.MEASURE),
        Column("part", "number", "Part", "%", Role.SHARE),
        Column("centre", "boolean", "Est-ce un centre ?", role=Role.MEASURE),
        Column("jour", "date", "Jour", role=Role.PERIOD),
    ),
)
TEXTS = st.sampled_from(["", "a", "A", "ab", "é", "É", "l'île", "a%b", "a_b", "z\x00", "𐍈", 'x"y'])
NUMBERS = st.sampled_from([-2.5, -0.0, 0.0, 0.1, 1.0, 2.0, 1e300, 12.0])
DAYS = st.sampled_from([date(1969, 12, 31), date(2022, 4, 10), date(2024, 6, 30)])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXTS,
    "integer": st.sampled_from([-(2**62), -1, 0, 1, 2, 900]),
    "number": NUMBERS,
    "boolean": st.booleans(),
    "date": DAYS,
}
NO_CONTOUR = pa.table({"code": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
SAFE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def tables() -> st.SearchStrategy[dict[str, list[Any]]]:
    def filled(count: int) -> st.SearchStrategy[dict[str, list[Any]]]:
        cells = {
            column.name: st.lists(st.none() | VALUES[column.type], min_size=count, max_size=count)
            for column in SCHEMA.columns[1:]
        }
        return st.fixed_dictionaries({"code": st.just([f"c{place:03}" for place in range(count)]), **cells})

    return st.integers(0, 12).flatmap(filled)


def compared(column: Column) -> st.SearchStrategy[Compare]:
    one = VALUES[column.type].map(lambda value: value.isoformat() if isinstance(value, date) else value)
    other = st.sampled_from([0.5, 2.0, -1.5, 3, 10**15]) if column.type in {"integer", "number"} else one
    value = st.none() | one | other
    simple: list[Operator] = ["eq", "ne", "lt", "le", "gt", "ge"]
    asked = st.builds(Compare, st.just(column.name), st.sampled_from(simple), value)
    many = st.builds(Compare, st.just(column.name), st.just("in"), st.lists(value, max_size=4).map(tuple))
    if column.type != "text":
        return asked | many
    words: list[Operator] = ["startswith", "endswith", "contains"]
    return asked | many | st.builds(Compare, st.just(column.name), st.sampled_from(words), st.none() | one)


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(SCHEMA.columns).flatmap(compared),
    lambda inner: st.lists(inner, max_size=3).map(tuple).flatmap(lambda c: st.sampled_from([Every(c), Either(c)]))
    | inner.map(Not),
    max_leaves=6,
)


def sql(condition: Condition, given: list[Any]) -> str:
    """A condition as SQL, its values as parameters."""
    if isinstance(condition, Not):
        return f"(NOT {sql(condition.condition, given)})"
    if isinstance(condition, Every | Either):
        word, empty = (" AND ", "true") if isinstance(condition, Every) else (" OR ", "false")
        return "(" + (word.join(sql(inner, given) for inner in condition.conditions) or empty) + ")"
    name, value = f'"{condition.column}"', condition.value
    if isinstance(value, tuple):
        tests = [literal(condition.column, one, given) for one in value]
        return f"({name} IN ({', '.join(tests)}))" if tests else "false"
    if value is None and condition.operator in {"eq", "ne"}:
        return f"({name} IS {'NOT ' if condition.operator == 'ne' else ''}NULL)"
    words = {"startswith": "starts_with", "endswith": "ends_with", "contains": "contains"}
    said = literal(condition.column, value, given)
    if condition.operator in words:
        return f"{words[condition.operator]}({name}, {said})"
    sign = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}[condition.operator]
    return f"({name} {sign} {said})"


def literal(name: str, value: Any, given: list[Any]) -> str:
    """A parameter of the type that the column compares with."""
    kind = {"text": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE", "number": "DOUBLE"}.get(SCHEMA.column(name).type)
    given.append(value)
    whole = "BIGINT" if isinstance(value, int) else "DOUBLE"
    return f"CAST(? AS {kind or whole})"


@pytest.fixture
def made(released: Callable[..., Release], tmp_path: Path) -> Callable[..., tuple[Release, str]]:
    def make(rows: dict[str, list[Any]]) -> tuple[Release, str]:
        release = released(schema=SCHEMA, rows=rows, geometry=NO_CONTOUR)
        return release, f"read_parquet('{release.write(tmp_path / 'a.parquet')}')"

    return make


SESSION = duckdb.connect()


def asked_of(path: str, question: str, given: list[Any]) -> list[tuple[Any, ...]]:
    return SESSION.execute(question.replace("FROM t", f"FROM {path}"), given).fetchall()


@SAFE
@given(rows=tables(), condition=CONDITIONS)
def test_a_condition_keeps_the_rows_that_sql_keeps(made: Any, rows: dict[str, list[Any]], condition: Condition) -> None:
    release, path = made(rows)
    given: list[Any] = []
    expected = asked_of(path, f"SELECT code FROM t WHERE {sql(condition, given)} ORDER BY code", given)
    kept = release.asked(Slice(("code",), condition, (Order("code"),)))
    assert [row["code"] for row in kept.rows()] == [code for (code,) in expected]
    assert release.count(condition) == kept.row_count == len(expected)


EVERY_VALUE: dict[str, list[Any]] = {
    "text": ["", "a", "A", "é", "b"],
    "integer": [-(2**62), 0, 1, 900, 0.5, 2.0, -1.5, 1e300],
    "number": [-2.5, 0.0, -0.0, 0.1, 12, 10**15],
    "boolean": [True, False],
    "date": ["1969-12-31", "2022-04-10"],
}
ALL_ROWS: dict[str, list[Any]] = {
    "code": ["c0", "c1", "c2", "c3", "c4"],
    "zone": ["a", "A", None, "", "é"],
    "nom": ["ab", "ba", "b", None, "éa"],
    "inscrits": [None, 0, 1, 900, -(2**62)],
    "poids": [0.0, -0.0, None, 12.0, 1e15],
    "part": [0.1, -2.5, 12.0, None, 0.1],
    "centre": [True, False, None, True, False],
    "jour": [date(1969, 12, 31), None, date(2022, 4, 10), date(2024, 6, 30), date(1969, 12, 30)],
}


@pytest.mark.parametrize("column", SCHEMA.columns, ids=lambda column: column.name)
def test_each_operator_on_each_value_keeps_the_rows_that_sql_keeps(made: Any, column: Column) -> None:
    release, path = made(ALL_ROWS)
    words: list[Operator] = ["startswith", "endswith", "contains"] if column.type == "text" else []
    simple: list[Operator] = ["eq", "ne", "lt", "le", "gt", "ge", *words]
    values = EVERY_VALUE[column.type]
    asked = [Compare(column.name, operator, value) for operator in simple for value in [*values, None]]
    asked += [Compare(column.name, "in", (one, *more)) for one in values for more in ((), (None,), (values[0],))]
    asked += [Compare(column.name, "in", ()), Compare(column.name, "in", (None,))]
    SESSION.execute(f"CREATE OR REPLACE TABLE lieux AS SELECT * FROM {path}")
    for condition in [*asked, *(Not(one) for one in asked)]:
        given: list[Any] = []
        expected = asked_of("lieux", f"SELECT code FROM t WHERE {sql(condition, given)} ORDER BY code", given)
        kept = release.asked(Slice(("code",), condition)).rows()
        assert ([row["code"] for row in kept], condition) == ([code for (code,) in expected], condition)


@SAFE
@given(
    rows=tables(),
    order=st.lists(st.builds(Order, st.sampled_from(SCHEMA.names), st.booleans()), max_size=3),
    offset=st.integers(0, 5),
    limit=st.none() | st.integers(0, 8),
)
def test_rows_come_in_the_order_of_sql_empty_cells_last(
    made: Any, rows: dict[str, list[Any]], order: list[Order], offset: int, limit: int | None
) -> None:
    release, path = made(rows)
    ways = {True: "DESC", False: "ASC"}
    by = ", ".join(f'"{one.column}" {ways[one.descending]} NULLS LAST' for one in [*order, Order("code")])
    end = "" if limit is None else f"LIMIT {limit}"
    expected = asked_of(path, f"SELECT code FROM t ORDER BY {by} {end} OFFSET {offset}", [])
    kept = release.asked(Slice(("code",), order=tuple(order), offset=offset, limit=limit))
    assert [row["code"] for row in kept.rows()] == [code for (code,) in expected]


FIGURES = (
    Aggregate("count", "", "lignes"),
    Aggregate("sum", "inscrits", "total"),
    Aggregate("average", "inscrits", "moyenne"),
    Aggregate("sum", "poids", "lourd"),
    *(Aggregate("min", name, f"min_{name}") for name in ("nom", "inscrits", "part", "jour")),
    *(Aggregate("max", name, f"max_{name}") for name in ("nom", "inscrits", "part", "jour")),
    *(Aggregate("count", name, f"n_{name}") for name in ("nom", "centre", "part")),
    *(Aggregate("countdistinct", name, f"d_{name}") for name in ("nom", "inscrits", "jour")),
    Aggregate("max", "inscrits", "encore"),
)
SQL = {"sum": "sum({})", "average": "avg({})", "min": "min({})", "max": "max({})", "count": "count({})",
       "countdistinct": "count(DISTINCT {})"}  # fmt: skip


@SAFE
@given(
    rows=tables(), by=st.sampled_from([(), ("zone",), ("zone", "nom"), ("nom", "zone")]), where=st.none() | CONDITIONS
)
def test_a_group_has_the_figures_of_sql(
    made: Any, rows: dict[str, list[Any]], by: tuple[str, ...], where: Condition | None
) -> None:
    small = [None if cell is None else cell % 1000 for cell in rows["inscrits"]]
    light = [None if cell is None else min(cell, 9.0) for cell in rows["poids"]]
    release, path = made({**rows, "inscrits": small, "poids": light})
    given: list[Any] = []
    figures = ", ".join(SQL[one.method].format(f'"{one.column}"' if one.column else "*") for one in FIGURES)
    kept = "true" if where is None else sql(where, given)
    keys = ", ".join(by)
    end = f"GROUP BY {keys} ORDER BY {', '.join(f'{key} NULLS LAST' for key in by)}" if by else ""
    expected = asked_of(path, f"SELECT {keys}{', ' if by else ''}{figures} FROM t WHERE {kept} {end}", given)
    found = release.grouped(Grouping(by, FIGURES, where))
    assert found.row_count == len(expected)
    for row, line in zip(found.rows(), expected, strict=True):
        assert list(row.values()) == [pytest.approx(cell) if isinstance(cell, float) else cell for cell in line]


def test_a_group_is_under_the_same_certificate_and_says_that_it_has_no_margin(whole: Release) -> None:
    figures = (Aggregate("sum", "inscrits", "total"), Aggregate("count", "", "bureaux"))
    found = whole.grouped(Grouping(("code_commune",), figures, Compare("inscrits", "gt", 10)))
    assert found.rows() == [{"code_commune": "96001", "total": 912, "bureaux": 2}]
    assert found.certificate == whole.certificate
    assert found.cut is not None
    assert found.cut["grouped"]["by"] == ["code_commune"]
    assert found.cut["where"] == {"column": "inscrits", "operator": "gt", "value": 10}
    assert "sans marge" in found.schema.column("total").description
    assert found.schema.rows == "une ligne par Commune"
    assert whole.grouped(Grouping(("code_commune",), ())).rows() == [{"code_commune": "96001"}]
    assert whole.grouped(Grouping((), figures[1:], Compare("bv_id", "in", ()))).rows() == [{"bureaux": 0}]


@pytest.mark.parametrize(
    ("by", "figure", "said"),
    [
        (("inscrits",), Aggregate("count", "", "n"), "regroupe pas"),
        (("zone",), Aggregate("count", "", "n"), "« zone » n'existe pas"),
        ((), Aggregate("sum", "inscrit", "n"), "« inscrit » n'existe pas"),
        ((), Aggregate("sum", "", "n"), "de quelle colonne"),
        ((), Aggregate("sum", "bv_id", "n"), "n'est pas un nombre"),
        ((), Aggregate("count", "", "n'"), "ne conviennent pas"),
        (("bv_id",), Aggregate("count", "", "bv_id"), "ne conviennent pas"),
    ],
)
def test_a_group_that_cannot_be_is_said_gently(whole: Release, by: Any, figure: Aggregate, said: str) -> None:
    with pytest.raises(Unknown, match=said):
        whole.grouped(Grouping(by, (figure,)))
    with pytest.raises(Unknown, match="ne conviennent pas"):
        whole.grouped(Grouping((), ()))


@pytest.mark.parametrize("column", ["part_cadres", "part_cadres_marge", "part_cadres_ecart_france"])
def test_a_share_is_neither_summed_nor_averaged(whole: Release, column: str) -> None:
    for method in ("sum", "average"):
        with pytest.raises(Refused, match="se refait de ses effectifs") as refused:
            whole.grouped(Grouping((), (Aggregate(method, column, "n"),)))
        assert "part_cadres_nombre" in refused.value.advice
    assert whole.grouped(Grouping((), (Aggregate("sum", "part_cadres_nombre", "n"),))).rows() == [{"n": 318.0}]


@pytest.mark.parametrize(
    "condition",
    [
        Compare("inscrits", "eq", "900"),
        Compare("inscrits", "eq", True),
        Compare("inscrits", "eq", 1 << 64),
        Compare("part_cadres", "lt", float("nan")),
        Compare("part_cadres", "in", (1.0, float("inf"))),
        Compare("part_cadres", "in", 1.0),
        Compare("bv_id", "eq", ("a", "b")),
        Compare("bv_id", "eq", 1),
        Compare("bv_id", "eq", "\ud800"),
        Compare("inscrits", "startswith", 9),
        Compare("bv_id", "in", ("a",) * 100_001),
    ],
)
def test_a_value_that_the_column_does_not_hold_is_said_gently(whole: Release, condition: Compare) -> None:
    with pytest.raises(Unknown, match="ne se compare pas ainsi"):
        whole.count(condition)


def test_a_day_that_is_none_is_said_gently(made: Any) -> None:
    release, _ = made({name: [] for name in SCHEMA.names})
    for value in ("2022-02-30", 3, "x"):
        with pytest.raises(Unknown, match="ne se compare pas ainsi"):
            release.count(Compare("jour", "eq", value))
    with pytest.raises(Unknown, match="ne se compare pas ainsi"):
        release.count(Compare("centre", "eq", 1))


def test_only_the_columns_of_the_schema_are_asked(whole: Release) -> None:
    for name in ("geometry", "inscrits; drop", "certificate"):
        with pytest.raises(Unknown, match="n'existe pas"):
            whole.count(Not(Every((Compare(name, "eq", 1),))))
    with pytest.raises(Unknown, match="« voix » n'existe pas"):
        whole.asked(Slice(order=(Order("voix"),)))
    for columns in ((), ("geometry",), ("bv_id", "bv_id")):
        with pytest.raises(Unknown, match="ne font pas une table"):
            whole.asked(Slice(columns))
    assert whole.asked(Slice(("geometry", "bv_id"), offset=2)).schema.names == ("bv_id",)


def test_a_question_too_deep_or_too_long_is_said_gently(whole: Release) -> None:
    deep: Condition = Compare("inscrits", "gt", 1)
    for _ in range(49):
        deep = Not(deep)
    assert whole.count(deep) == 0
    for tangled in (Not(deep), Either((Compare("inscrits", "gt", 1),) * 2_000)):
        with pytest.raises(Unknown, match="trop compliquée"):
            whole.count(tangled)
    bottomless: Condition = Compare("inscrits", "gt", 1)
    for _ in range(100_000):
        bottomless = Not(bottomless)
    with pytest.raises(Unknown, match="50 conditions imbriquées"):
        whole.asked(Slice(where=bottomless))


def test_a_slice_says_what_it_was_asked(whole: Release) -> None:
    where = Either((Compare("inscrits", "in", (900, 8)), Not(Every((Compare("bv_id", "ne", None),)))))
    part = whole.asked(Slice(("bv_id",), where, (Order("inscrits"), Order("bv_id", True)), 1, 5))
    assert part.cut is not None
    said = {name: part.cut[name] for name in ("rows", "columns", "where", "order", "offset", "limit")}
    assert said == {
        "rows": 1, "columns": ["bv_id"], "order": ["inscrits", "-bv_id"], "offset": 1, "limit": 5,
        "where": {"either": [
            {"column": "inscrits", "operator": "in", "value": [900, 8]},
            {"not": {"every": [{"column": "bv_id", "operator": "ne", "value": None}]}},
        ]},
    }  # fmt: skip


def test_a_release_equals_itself_and_nothing_else(whole: Release) -> None:
    part = whole.asked(Slice(("bv_id",)))
    assert part == whole.asked(Slice(("bv_id",)))
    assert part != whole
    assert whole != "une sortie"
    assert {whole, part, whole.asked(Slice(("bv_id",)))} == {whole, part}
