"""The law of the crosswalk: what comes in is carried or lost, whatever is done to it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from carreau.errors import Broken
from carreau.places.crosswalk import TOLERANCE, Crosswalk, crosswalk_of, identity


def codes(letter: str, size: int) -> np.ndarray:
    return np.asarray([f"{letter}{k}" for k in range(size)], dtype=np.str_)


@st.composite
def walks(
    draw: st.DrawFn, origins: int = 4, targets: int = 5, first: str = "o", then: str = "t"
) -> Crosswalk:
    """Plain crosswalks: any share of a zone may be lost or given twice, some zones give nothing."""
    weights = draw(hnp.arrays(np.float64, (origins, targets), elements=st.floats(0, 0.5) | st.just(0.0)))
    rows, columns = np.nonzero(weights)
    triples = (rows, columns, weights[rows, columns])
    return crosswalk_of(
        codes(first, origins), codes(then, targets), triples, vintage="2020", method="surface"
    )


counts = hnp.arrays(np.float64, (4, 3), elements=st.floats(0, 1e6))


@given(walks(), counts)
def test_what_is_carried_and_what_is_lost_make_what_came_in(
    walk: Crosswalk, given_counts: np.ndarray
) -> None:
    total = walk.applied(given_counts).sum(axis=0) + walk.lost_mass(given_counts)
    np.testing.assert_allclose(total, given_counts.sum(axis=0), rtol=1e-9, atol=1e-6)


@given(walks(), counts)
def test_a_conservative_crosswalk_loses_only_the_zones_that_give_nothing(
    walk: Crosswalk, given_counts: np.ndarray
) -> None:
    kept = walk.conservative()
    assert kept.mode == "conservatif"
    alone = walk.received <= TOLERANCE
    np.testing.assert_array_equal(kept.lost, alone.astype(float))
    np.testing.assert_allclose(
        kept.applied(given_counts).sum(axis=0), given_counts[~alone].sum(axis=0), rtol=1e-9, atol=1e-6
    )


@given(walks(), counts, counts, st.floats(0, 100))
def test_carrying_is_linear(walk: Crosswalk, one: np.ndarray, two: np.ndarray, factor: float) -> None:
    together = walk.applied(one + factor * two)
    np.testing.assert_allclose(together, walk.applied(one) + factor * walk.applied(two), rtol=1e-9, atol=1e-3)


@given(walks(4, 5), walks(5, 3, first="t", then="u"), counts)
def test_composing_then_carrying_is_carrying_twice(
    one: Crosswalk, two: Crosswalk, given_counts: np.ndarray
) -> None:
    both = one.composed(two)
    np.testing.assert_allclose(
        both.applied(given_counts), two.applied(one.applied(given_counts)), rtol=1e-9, atol=1e-6
    )
    np.testing.assert_allclose(both.received + both.lost, 1, atol=1e-9)


@given(walks(), st.permutations(range(4)), counts)
def test_the_order_of_the_origins_does_not_matter(
    walk: Crosswalk, order: list[int], given_counts: np.ndarray
) -> None:
    turned = Crosswalk(
        walk.origin[order],
        walk.target,
        walk.vintage,
        walk.method,
        walk.mode,
        sparse.csr_array(walk.weights[order]),
        walk.lost[order],
    )
    np.testing.assert_allclose(
        turned.applied(given_counts[order]), walk.applied(given_counts), rtol=1e-12, atol=1e-6
    )


@given(walks())
def test_a_crosswalk_kept_as_a_table_comes_back_the_same(walk: Crosswalk) -> None:
    again = Crosswalk.from_table(walk.as_table())
    assert (again.vintage, again.method, again.mode) == (walk.vintage, walk.method, walk.mode)
    np.testing.assert_array_equal(again.origin, walk.origin)
    np.testing.assert_array_equal(again.target, walk.target)
    np.testing.assert_array_equal(again.lost, walk.lost)
    assert (again.weights != walk.weights).nnz == 0


def test_a_crosswalk_survives_a_parquet_file_in_several_row_groups(walk, tmp_path) -> None:
    one = walk([[0.25, 0.5, 0], [0, 0, 1], [0, 0, 0]])
    pq.write_table(one.as_table(), tmp_path / "walk.parquet", row_group_size=3)
    again = Crosswalk.from_table(pq.read_table(tmp_path / "walk.parquet"))
    np.testing.assert_array_equal(again.weights.toarray(), one.weights.toarray())
    plain = pq.read_table(tmp_path / "walk.parquet")
    plain = plain.set_column(0, "origine", plain["origine"].cast(pa.string()))
    np.testing.assert_array_equal(Crosswalk.from_table(plain).origin, one.origin)


def test_a_table_that_is_not_a_crosswalk_is_refused(walk) -> None:
    table = walk([[1.0]]).as_table()
    with pytest.raises(Broken):
        Crosswalk.from_table(table.drop_columns(["poids"]))
    with pytest.raises(Broken):
        Crosswalk.from_table(table.replace_schema_metadata(None))


def test_a_missing_count_adds_nothing_and_says_so(walk) -> None:
    one = walk([[0.5, 0.5, 0], [1, 0, 0]])
    given_counts = np.array([np.nan, 10.0])
    np.testing.assert_array_equal(one.applied(given_counts), [10, 0, 0])
    np.testing.assert_allclose(one.known(given_counts), [1 / 1.5, 0, np.nan])
    np.testing.assert_allclose(one.known(given_counts, base=[30, 15]), [0.5, 0, np.nan])
    both = np.column_stack([given_counts, [1.0, 1.0]])
    np.testing.assert_allclose(one.known(both)[:, 1], [1, 1, np.nan])
    np.testing.assert_array_equal(one.reached, [True, True, False])
    assert not walk([[0.0], [0.0]]).reached.any()
    assert not walk([[1e-10]]).reached.any()


def test_overlapping_targets_show_as_a_negative_loss(walk) -> None:
    twice = walk([[0.75, 0.75]])
    assert twice.lost[0] == pytest.approx(-0.5)
    assert twice.conservative().lost[0] == 0


def test_a_restricted_crosswalk_counts_the_other_targets_as_lost(walk) -> None:
    one = walk([[0.25, 0.75], [0.5, 0]]).restricted(["t1"])
    np.testing.assert_allclose(one.weights.toarray(), [[0.75], [0]])
    np.testing.assert_allclose(one.lost, [0.25, 1])
    with pytest.raises(Broken):
        one.restricted(["t9"])


def test_the_method_of_a_composition_is_the_less_precise(walk) -> None:
    one = walk([[1.0, 0], [0, 1.0]], method="adresses").conservative()
    two = crosswalk_of(
        codes("t", 2), codes("u", 1), ([0, 1], [0, 0], [1.0, 1.0]), vintage="2024", method="carreaux"
    )
    assert one.composed(two).method == "carreaux"
    assert one.composed(two).mode == "simple"
    assert one.composed(two.conservative()).mode == "conservatif"
    assert one.composed(two).vintage == "2020 → 2024"


def test_two_crosswalks_that_do_not_follow_each_other_are_refused(walk) -> None:
    with pytest.raises(Broken, match="ne se suivent pas"):
        walk([[1.0]]).composed(walk([[1.0]]))


def test_a_zone_that_gives_less_than_a_billionth_gives_nothing(walk) -> None:
    kept = walk([[1e-10, 0], [1e-8, 0]]).conservative()
    np.testing.assert_array_equal(kept.lost, [1, 0])
    np.testing.assert_array_equal(kept.reached, [True, False])
    assert kept.weights.nnz == 1


def test_the_identity_changes_nothing() -> None:
    same = identity(codes("z", 3), "2024")
    np.testing.assert_array_equal(same.applied([1.0, 2.0, 3.0]), [1, 2, 3])
    assert same.method == "identite"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"weights": sparse.csr_array([[1.0, 0.0]])}, "tailles"),
        ({"lost": np.zeros(1)}, "tailles"),
        ({"target": np.asarray(["t0", "t0"])}, "uniques"),
        ({"origin": np.asarray(["o0", "o0"])}, "uniques"),
        ({"method": "devinette"}, "adresses"),
        ({"mode": "approximatif"}, "conservatif"),
        ({"weights": sparse.csr_array([[-1.0, 2.0], [0.0, 1.0]])}, "positifs"),
        ({"weights": sparse.csr_array([[np.nan, 1.0], [0.0, 1.0]])}, "positifs"),
        ({"lost": np.array([0.0, 1e-6])}, "1e-9"),
        ({"lost": np.array([0.0, np.nan])}, "1e-9"),
        ({"weights": sparse.csr_array([[1.5, 0.0], [0.0, 1.0]]), "lost": np.array([-0.5, 0.0])}, "négative"),
    ],
)
def test_an_unsound_crosswalk_cannot_be_made(changed: dict[str, object], reason: str) -> None:
    sound = {
        "origin": codes("o", 2),
        "target": codes("t", 2),
        "vintage": "2020",
        "method": "surface",
        "mode": "conservatif",
        "weights": sparse.csr_array(np.eye(2)),
        "lost": np.zeros(2),
    }
    Crosswalk(**sound)
    with pytest.raises(Broken) as caught:
        Crosswalk(**(sound | changed))
    assert reason in caught.value.expected


def test_a_loss_is_accepted_up_to_a_billionth() -> None:
    Crosswalk(
        codes("o", 1), codes("t", 1), "", "surface", "simple", sparse.csr_array([[1.0]]), np.array([0.9e-9])
    )
    with pytest.raises(Broken):
        Crosswalk(
            codes("o", 1), codes("t", 1), "", "surface", "simple", sparse.csr_array([[1.0]]), np.array([2e-9])
        )


@pytest.mark.parametrize("shape", [(3,), (2, 1, 1)])
def test_counts_of_the_wrong_shape_are_refused(walk, shape: tuple[int, ...]) -> None:
    with pytest.raises(Broken, match="cohérente"):
        walk([[1.0], [1.0]]).applied(np.ones(shape))
