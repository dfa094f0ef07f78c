"""Tables and encoded files kept by key."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from carreau.errors import Broken, Missing, Unknown
from carreau.store import Blobs, Tables, digest_of, file_digest

TABLE = pa.table(
    {
        "code": ["69123", None, "01001"],
        "n": pa.array([1, 2, None], pa.int32()),
        "part": [0.5, None, float("nan")],
    }
)


def _never() -> pa.Table:
    """A table that must not be made."""
    pytest.fail("made twice")  # pragma: no cover # never reached


def test_a_table_is_made_once_and_read_after_by_any_process(tmp_path: Path) -> None:
    assert Tables(tmp_path).kept("census", lambda: TABLE) is TABLE
    again = Tables(tmp_path).kept("census", _never)
    assert again.schema.equals(TABLE.schema)
    assert str(again.to_pylist()) == str(TABLE.to_pylist())


def test_the_name_of_a_file_is_the_digest_of_its_bytes(tmp_path: Path) -> None:
    path = Tables(tmp_path).keep("census", TABLE)
    assert path.name == f"census.{file_digest(path)}.parquet"


def test_some_columns_and_some_rows_can_be_read(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.keep("census", TABLE)
    assert tables.read("census", columns=["n"], filters=[("code", "==", "69123")]).to_pydict() == {"n": [1]}


def test_an_unknown_column_is_named_with_near_names(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.keep("census", TABLE)
    for columns, filters in ((["cod"], None), (None, [("cod", "==", "1")])):
        with pytest.raises(Unknown, match="code"):
            tables.read("census", columns=columns, filters=filters)


def test_a_table_that_was_never_made_is_missing(tmp_path: Path) -> None:
    tables = Tables(tmp_path / "none")
    assert not tables.holds("census")
    with pytest.raises(Missing, match="census"):
        tables.read("census")


@pytest.mark.parametrize("damage", [b"", b"PAR1 cut", None])
def test_a_damaged_file_is_made_again_and_never_read(tmp_path: Path, damage: bytes | None) -> None:
    path = Tables(tmp_path).keep("census", TABLE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1  # one bit in the middle of the figures
    path.write_bytes(content if damage is None else damage)
    tables = Tables(tmp_path)
    assert not tables.holds("census")
    assert tables.kept("census", lambda: TABLE) is TABLE
    assert Tables(tmp_path).holds("census")


def test_damage_done_while_the_process_lives_is_seen(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    path = tables.keep("census", TABLE)
    path.write_bytes(path.read_bytes()[:-1] + b"0")
    assert not tables.holds("census")


def test_a_link_to_nothing_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / f"census.{'0' * 64}.parquet").symlink_to(tmp_path / "nowhere")
    assert not Tables(tmp_path).holds("census")
    assert not list(tmp_path.iterdir())


def test_keeping_another_table_under_a_key_replaces_the_first(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.keep("census", TABLE)
    tables.keep("census", TABLE.slice(0, 1))
    tables.keep("census", TABLE.slice(0, 1))
    assert tables.read("census").num_rows == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_keys_are_kept_apart_whatever_they_contain(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    keys = ["a", "a.b", "../a", "A", "a" * 500, "é*?"]
    for number, key in enumerate(keys):
        tables.keep(key, pa.table({"n": [number]}))
    assert [tables.read(key)["n"][0].as_py() for key in keys] == list(range(len(keys)))
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*"))


def test_a_table_that_fails_to_be_made_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> pa.Table:
        raise Broken("abîmé")

    with pytest.raises(Broken):
        Tables(tmp_path).kept("census", fail)
    assert not list(tmp_path.iterdir())


def test_an_encoded_file_is_made_once_with_its_suffix(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(path: Path) -> None:
        made.append(path)
        path.write_text("a;b", "utf-8")

    first = Blobs(tmp_path).kept(digest_of("a"), ".csv", make)
    assert Blobs(tmp_path).kept(digest_of("a"), ".csv", make) == first
    assert len(made) == 1
    assert made[0].suffix == first.suffix == ".csv"
    assert first.read_text("utf-8") == "a;b"
    assert Blobs(tmp_path).holds(digest_of("a"), ".csv")
    assert not Blobs(tmp_path).holds(digest_of("a"), ".xlsx")
    assert list(tmp_path.iterdir()) == [first]


def test_a_damaged_encoded_file_is_made_again(tmp_path: Path) -> None:
    path = Blobs(tmp_path).kept("map", ".json", lambda place: place.write_text("{}", "utf-8") and None)
    path.write_text("{", "utf-8")
    again = Blobs(tmp_path).kept("map", ".json", lambda place: place.write_text("{}", "utf-8") and None)
    assert again.read_text("utf-8") == "{}"


def test_an_encoder_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half", "utf-8")
        raise Broken("abîmé")

    with pytest.raises(Broken):
        Blobs(tmp_path).kept("map", ".json", fail)
    assert not list(tmp_path.iterdir())
