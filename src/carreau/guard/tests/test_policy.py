"""What the guard hides, keeps and refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, Refused
from carreau.guard import Release, Signer, release
from carreau.guard.policy import strictest
from carreau.products.declare import Draft, Policy
from carreau.terms import Column, Role, Schema

OPEN = Policy("OPEN", "personne", 11, ("recherche", "connaissance du territoire"))
AT = datetime(2026, 11, 24, tzinfo=UTC)
SAID = "masqué : moins de 11 personnes au dénominateur"


def column(release: Release, name: str) -> list[Any]:
    return list(release.arrow()[name].to_pylist())


def test_the_threshold_hides_below_k_and_keeps_k_and_above(released: Callable[..., Release], rows: Any) -> None:
    bases = [10.0, 11.0, 12.0]
    table = released(rows=rows(part_cadres=[50.0, 51.0, 52.0], part_cadres_base=bases))
    assert column(table, "part_cadres") == [None, 51.0, 52.0]
    assert column(table, "part_cadres_statut") == [SAID, None, None]


def test_all_that_would_give_the_hidden_share_back_is_hidden_with_it(released: Callable[..., Release]) -> None:
    release = released()
    companions = ("", "_marge", "_note", "_nombre", "_ecart_commune", "_ecart_departement", "_ecart_france")
    hidden = [column(release, f"part_cadres{suffix}")[2] for suffix in companions]
    assert hidden == [None] * len(companions)
    assert None not in column(release, "part_cadres_base")


def test_a_share_without_differences_is_hidden_as_well(
    released: Callable[..., Release], draft: Callable[..., Draft]
) -> None:
    schema = draft().schema
    kept = Schema(schema.rows, tuple(one for one in schema.columns if "_ecart_" not in one.name))
    assert column(released(schema=kept), "part_cadres") == [31.25, 50.0, None]


def test_a_reason_already_given_survives_the_threshold(released: Callable[..., Release]) -> None:
    release = released()
    assert column(release, "part_jeunes_statut")[1] == "ns : non significatif"
    assert column(release, "population_statut")[2] == "s : secret statistique de l'éditeur"


def test_an_unknown_base_hides_nothing(released: Callable[..., Release]) -> None:
    release = released()
    assert column(release, "part_jeunes_base")[2] is None
    assert column(release, "part_jeunes")[2] == 20.0


def test_a_count_has_no_base_and_is_never_hidden(released: Callable[..., Release]) -> None:
    assert column(released(), "population") == [1200.5, 14.0, None]


def test_the_decision_counts_what_it_hid_and_the_certificate_the_smallest_group_shown(
    released: Callable[..., Release],
) -> None:
    release = released()
    assert (release.decision.rows_in, release.decision.rows_out, release.decision.cells_hidden) == (3, 3, 1)
    assert "parts masquées sous 11 personnes" in release.decision.reason
    said = release.certificate
    assert said["smallest_group_shown"] == 11.0
    assert said["hidden_share"] == pytest.approx(1 / 9, abs=1e-6)
    assert said["withheld_share"] == pytest.approx(2 / 9, abs=1e-6)


def test_when_nothing_is_hidden_the_decision_says_so(released: Callable[..., Release], rows: Any) -> None:
    large = [100.0, 100.0, 100.0]
    decision = released(rows=rows(part_cadres_base=large, part_jeunes_base=large)).decision
    assert decision.cells_hidden == 0
    assert "aucun dénominateur affiché sous 11" in decision.reason


def test_a_table_without_shares_shows_no_smallest_group(released: Callable[..., Release], rows: Any) -> None:
    none: list[float | None] = [None, None, None]
    release = released(rows=rows(part_cadres_base=none, part_jeunes_base=none))
    assert release.certificate["smallest_group_shown"] is None


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 30)), min_size=3, max_size=3), st.integers(1, 30))
def test_no_share_is_ever_shown_on_a_known_base_under_k(
    released: Callable[..., Release], rows: Any, bases: list[float | None], k: int
) -> None:
    policy = Policy("OPEN", "personne", k, ("recherche",))
    release = released(rows=rows(part_cadres_base=bases), policy=policy)
    shown = zip(column(release, "part_cadres"), bases, column(release, "part_cadres_statut"), strict=True)
    for value, base, reason in shown:
        small = base is not None and base < k
        assert (value is None) == small
        assert (reason is not None) == small


def test_the_strictest_policy_has_the_largest_threshold_and_the_common_purposes() -> None:
    other = Policy("OPEN", "foyer", 20, ("recherche", "prospection"))
    assert strictest(OPEN, other) == Policy("OPEN", "foyer", 20, ("recherche",))
    assert strictest(other, OPEN) == strictest(OPEN, other)
    assert strictest(OPEN) == OPEN


@pytest.mark.parametrize(
    ("policies", "said"),
    [
        ((), "sans politique"),
        ((OPEN, None), "sans politique"),
        ((replace(OPEN, route="OUVERTE"),), "« OUVERTE » n'existe pas"),
        ((replace(OPEN, k=0),), "un seuil nul"),
        ((OPEN, replace(OPEN, purposes=("autre",))), "aucun usage"),
        ((replace(OPEN, purposes=()),), "aucun usage"),
    ],
)
def test_without_a_whole_policy_nothing_leaves(policies: tuple[Policy | None, ...], said: str) -> None:
    with pytest.raises(Refused, match=said):
        strictest(*policies)


def test_a_product_without_policy_is_refused(released: Callable[..., Release]) -> None:
    with pytest.raises(Refused, match="sans politique, rien ne sort"):
        released(policy=None)


def _with_column(draft: Draft, column: Column, values: list[Any]) -> dict[str, Any]:
    schema = Schema(draft.schema.rows, (*draft.schema.columns, column))
    return {"schema": schema, "rows": {**draft.table.to_pydict(), column.name: values}}


def test_a_personal_column_does_not_leave(released: Callable[..., Release], draft: Callable[..., Draft]) -> None:
    named = Column("nom", "text", "Nom d'une personne", role=Role.PERSONAL)
    with pytest.raises(Refused, match="donnée personnelle") as caught:
        released(**_with_column(draft(), named, ["a", "b", "c"]))
    assert caught.value.given == "nom"


def test_a_base_without_a_reason_column_is_broken(
    released: Callable[..., Release], draft: Callable[..., Draft]
) -> None:
    base = Column("part_sans_raison_base", "number", "Un dénominateur")
    with pytest.raises(Broken, match="cellules vides sans raison") as caught:
        released(**_with_column(draft(), base, [1.0, 2.0, 3.0]))
    assert caught.value.given == "part_sans_raison"


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_a_figure_that_is_no_number_is_broken(released: Callable[..., Release], rows: Any, odd: float) -> None:
    with pytest.raises(Broken, match="cellules vides sans raison"):
        released(rows=rows(population=[odd, 1.0, 2.0]))


def test_two_rows_of_one_key_are_broken(released: Callable[..., Release], rows: Any) -> None:
    with pytest.raises(Broken, match="en double"):
        released(rows=rows(bv_id=["a", "a", "b"]))


def test_a_table_without_key_may_repeat_itself(signer: Signer, draft: Callable[..., Draft]) -> None:
    whole = draft()
    schema = Schema("une ligne par essai", (Column("n", "integer", "Un nombre"),))
    table = pa.table({"n": pa.array([1, 1], pa.int64())})
    made = release(replace(whole, schema=schema, table=table, geometry=whole.geometry.slice(0, 0)),
                   signer=signer, made_at=AT, previous="")  # fmt: skip
    assert made.rows() == [{"n": 1}, {"n": 1}]


def test_a_draft_that_does_not_follow_its_schema_is_broken(
    signer: Signer, draft: Callable[..., Draft], rows: Any
) -> None:
    whole = draft()
    names = whole.table.column_names
    for table, given_name in (
        (whole.table.drop_columns(["inscrits"]), "inscrits"),
        (whole.table.select(names[::-1]), "les mêmes colonnes dans un autre ordre"),
    ):
        with pytest.raises(Broken, match="ne suit pas son schéma") as caught:
            release(replace(whole, table=table), signer=signer, made_at=AT, previous="")
        assert caught.value.given == given_name
    wrong = whole.table.set_column(names.index("inscrits"), "inscrits", pa.array(["neuf", "un", "deux"]))
    with pytest.raises(Broken, match="ne suit pas les types"):
        release(replace(whole, table=wrong), signer=signer, made_at=AT, previous="")

