"""What $filter, $orderby, $select and $apply say, and what they refuse to say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carreau.counters.odata.applying import grouping_of
from carreau.counters.odata.filters import condition_of
from carreau.counters.odata.options import detail_of, number, options_of, orders, question_of, selected
from carreau.errors import CarreauError, Unknown
from carreau.terms import Aggregate, Compare, Either, Every, Not, Order

COLUMNS = ("bv_id", "libelle", "inscrits", "allocataires", "anything", "nullable", "part_cadres", "not_seen")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("inscrits gt 1000", Compare("inscrits", "gt", 1000)),
        ("1000 lt inscrits", Compare("inscrits", "gt", 1000)),
        ("part_cadres le -1.5e3", Compare("part_cadres", "le", -1500.0)),
        ("libelle eq 'L''Isle-d''Abeau'", Compare("libelle", "eq", "L'Isle-d'Abeau")),
        ("libelle eq null", Compare("libelle", "eq", None)),
        ("libelle ne null", Compare("libelle", "ne", None)),
        ("bv_id in ('a')", Compare("bv_id", "in", ("a",))),
        ("bv_id in ('a', 'b')", Compare("bv_id", "in", ("a", "b"))),
        ("contains(libelle,'%')", Compare("libelle", "contains", "%")),
        ("contains(libelle,'x') eq true", Compare("libelle", "contains", "x")),
        ("contains(libelle,'x') eq false", Not(Compare("libelle", "contains", "x"))),
        ("allocataires gt 5", Compare("allocataires", "gt", 5)),
        ("anything gt 5", Compare("anything", "gt", 5)),
        ("nullable eq 5", Compare("nullable", "eq", 5)),
        ("not_seen eq 5", Compare("not_seen", "eq", 5)),
        ("inscrits lt null", Either(())),
    ],
)
def test_a_comparison_is_read_as_it_is_written(text: str, expected: object) -> None:
    assert condition_of(text, COLUMNS) == expected


def test_and_binds_tighter_than_or_and_parentheses_tighter_than_both() -> None:
    one, two, three = (Compare("inscrits", "eq", value) for value in (1, 2, 3))
    text = "inscrits eq 1 or inscrits eq 2 and inscrits eq 3"
    assert condition_of(text, COLUMNS) == Either((one, Every((two, three))))
    assert condition_of(f"({text[:30]}) and inscrits eq 3", COLUMNS) == Every((Either((one, two)), three))


def test_an_empty_cell_differs_from_any_value_and_is_told_apart_under_not() -> None:
    empty, filled = Compare("libelle", "eq", None), Compare("libelle", "ne", None)
    assert condition_of("libelle ne 'x'", COLUMNS) == Either((empty, Compare("libelle", "ne", "x")))
    assert condition_of("not libelle eq 'x'", COLUMNS) == Not(Every((filled, Compare("libelle", "eq", "x"))))
    assert condition_of("not(libelle in ('x'))", COLUMNS) == Not(Every((filled, Compare("libelle", "in", ("x",)))))
    assert condition_of("libelle in ('x',null)", COLUMNS) == Either((empty, Compare("libelle", "in", ("x",))))


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "inscrits", "inscrits gt", "gt 5", "inscrits gt 5 5", "inscrits gt 'a", "inscrits = 5",
        "(inscrits gt 5",
        "inscrits gt 5)", "inscrits gt 5 and", "inscrits gt 5; drop table bureaux", "1 eq 1", "inscrits eq libelle",
        "secret eq 1", "bv_id eq 'a' or 1=1 --", "Inscrits gt 5", "inscrits GT 5", "inscrits add 1 gt 5",
        "contains(libelle)", "contains('x',libelle)", "contains(libelle,5)", "contains(tolower(libelle),'x')",
        "length(libelle) gt 3", "libelle/length gt 3", "libelle has 'x'", "inscrits in ()", "inscrits in 5",
        "inscrits eq NaN", "inscrits eq INF", "inscrits eq 5d", "inscrits eq 0x10", "inscrits eq .5",
        "any(x: x eq 1)", "$it eq 5", "inscrits eq \"5\"", "inscrits\x00gt 5", "bv_id eq 2026-11-24",
        "contains(libelle,'x') eq null", "contains(libelle,'x') gt true", "not", "not not", "inscrits gt 5 xor true",
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_refused_in_words(text: str) -> None:
    with pytest.raises(Unknown) as raised:
        condition_of(text, COLUMNS)
    assert raised.value.what and raised.value.expected


def test_an_unknown_column_gets_near_names() -> None:
    with pytest.raises(Unknown, match="inscrit »") as raised:
        condition_of("inscrit gt 5", COLUMNS)
    assert "inscrits" in raised.value.expected


@pytest.mark.parametrize("deep", ["(" * 31 + "inscrits gt 5" + ")" * 31, "not " * 31 + "inscrits gt 5"])
def test_a_filter_too_deep_is_refused_and_one_at_the_bound_is_read(deep: str) -> None:
    with pytest.raises(Unknown, match="\\$filter"):
        condition_of(deep, COLUMNS)
    condition_of("(" * 29 + "inscrits gt 5" + ")" * 29, COLUMNS)


def test_a_filter_of_a_hundred_thousand_signs_is_refused_before_it_is_read() -> None:
    with pytest.raises(Unknown, match="trop long"):
        condition_of("inscrits gt 5 or " * 10_000 + "inscrits gt 5", COLUMNS)


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fail_otherwise_than_in_words(text: str) -> None:
    for read in (condition_of, grouping_of, selected, orders):
        try:
            read(text, COLUMNS)  # type: ignore[operator] # four readers of the same shape
        except CarreauError as error:
            assert str(error)


@given(st.lists(st.sampled_from(
    ["inscrits", "libelle", "eq", "ne", "gt", "in", "and", "or", "not", "(", ")", ",", "'x'", "5", "null", "true",
     "contains(", "startswith(", "secret"]
), max_size=12))  # fmt: skip
def test_no_words_in_whatever_order_make_the_reader_fail_otherwise_than_in_words(words: list[str]) -> None:
    try:
        condition_of(" ".join(words), COLUMNS)
    except Unknown as error:
        assert error.expected


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_between_apostrophes_comes_through_as_it_is(text: str) -> None:
    written = text.replace("'", "''")
    assert condition_of(f"libelle eq '{written}'", COLUMNS) == Compare("libelle", "eq", text)


def test_select_and_orderby_are_read() -> None:
    assert selected("bv_id, inscrits,bv_id", COLUMNS) == ("bv_id", "inscrits")
    assert selected("*", COLUMNS) is None
    assert orders("inscrits desc, bv_id asc,libelle", COLUMNS) == (
        Order("inscrits", descending=True), Order("bv_id"), Order("libelle"),
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "secret", "bv_id inscrits", "bv_id;", "inscrits down", "*,bv_id", "bv_id,"])
def test_a_wrong_select_or_orderby_is_refused(text: str) -> None:
    for read in (selected, orders):
        with pytest.raises(Unknown):
            read(text, COLUMNS)


def test_orderby_names_ten_columns_at_most() -> None:
    assert len(orders(",".join(["bv_id"] * 10), COLUMNS)) == 10
    with pytest.raises(Unknown, match="orderby"):
        orders(",".join(["bv_id"] * 11), COLUMNS)


def test_apply_filters_then_groups_then_makes_figures() -> None:
    grouping = grouping_of(
        "filter(inscrits gt 5)/filter(bv_id ne null)/groupby((libelle,bv_id),aggregate(inscrits with sum as total,"
        "$count as n,libelle with countdistinct as names))",
        COLUMNS,
    )
    assert grouping.by == ("libelle", "bv_id")
    assert grouping.where == Every((Compare("inscrits", "gt", 5), Compare("bv_id", "ne", None)))
    assert grouping.aggregates == (
        Aggregate("sum", "inscrits", "total"),
        Aggregate("count", "", "n"),
        Aggregate("countdistinct", "libelle", "names"),
    )
    assert grouping_of("groupby((libelle))", COLUMNS).aggregates == ()
    assert grouping_of("aggregate($count as n)", COLUMNS).by == ()


@pytest.mark.parametrize(
    "text",
    [
        "", "filter(inscrits gt 5)", "filter(inscrits gt 5)/", "groupby(libelle)", "groupby(())", "groupby((secret))",
        "aggregate()", "aggregate(inscrits)", "aggregate(inscrits with sum)", "aggregate(inscrits with median as m)",
        "aggregate(secret with sum as s)", "aggregate(inscrits with sum as $s)", "aggregate($count as n, $count as n)",
        "groupby((libelle),aggregate($count as libelle))", "aggregate($count as n)/filter(n gt 1)", "identity",
        "compute(inscrits as x)", "topcount(1,inscrits)", "concat(identity,identity)",
        "groupby((libelle),aggregate($count as n))/groupby((libelle))",
        "aggregate(" + ",".join(f"inscrits with sum as s{n}" for n in range(41)) + ")",
    ],
)  # fmt: skip
def test_a_wrong_apply_is_refused(text: str) -> None:
    with pytest.raises(Unknown):
        grouping_of(text, COLUMNS)


def test_an_option_given_twice_or_not_read_here_is_refused() -> None:
    assert options_of([("$top", "5")]) == {"$top": "5"}
    for pairs in ([("$top", "5"), ("$top", "6")], [("$expand", "x")], [("top", "5")], [("", "")], [("$search", "x")]):
        with pytest.raises(Unknown):
            options_of(pairs)
    with pytest.raises(Unknown, match="s'écrit « \\$filter »"):
        options_of([("filter", "inscrits gt 5")])


@pytest.mark.parametrize("text", ["-1", "1.5", "", " 1", "1e9", "٣", "9" * 19, "0x1"])
def test_a_number_of_rows_is_written_in_digits(text: str) -> None:
    with pytest.raises(Unknown, match="nombre de lignes"):
        number("$top", text)


def test_a_thousand_million_rows_may_be_asked_for_and_a_page_stays_a_page() -> None:
    question = question_of({"$top": "1000000000", "$skip": "5"}, COLUMNS, None)
    assert (question.top, question.limit, question.offset, question.goes_on) == (1_000_000_000, 5_000, 5, True)
    assert question_of({"$top": "0"}, COLUMNS, None).goes_on is False


def test_rows_come_in_json_alone() -> None:
    assert detail_of("application/json;odata.metadata=full") == "minimal"
    for text in ("xml", "atom", "application/xml", "csv"):
        with pytest.raises(Unknown, match="JSON"):
            detail_of(text)
