"""What counters read: JSON, numbers of one column, one row, bounds; from memory as from an opened file."""

from __future__ import annotations

import json
import math
import struct
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from carreau.errors import Broken, Unknown
from carreau.guard import Release, Signer, cut, opened, verified
from carreau.terms import Column, Compare, Role, Schema, Slice

MIXED = Schema(
    "une ligne par lieu",
    (
        Column("code", "text", "Code", role=Role.KEY, nullable=False),
        Column("nom", "text", "Nom"),
        Column("nombre", "integer", "Nombre"),
        Column("part", "number", "Part"),
        Column("centre", "boolean", "Centre ?"),
        Column("jour", "date", "Jour"),
        Column("vide", "text", "Toujours vide"),
        Column("part_note", "text", "Note", of="part"),
    ),
)
ROWS: dict[str, list[Any]] = {
    "code": ["a1", "a2", "b1"],
    "nom": ['L\'île "d\'Yeu"\n', None, "𐍈 é"],
    "nombre": [None, -(2**62), 7],
    "part": [0.1, None, 1e-300],
    "centre": [True, False, None],
    "jour": [date(1969, 12, 31), None, date(2026, 11, 24)],
    "vide": [None, None, None],
    "part_note": ["A", None, "E"],
}


@pytest.fixture(params=["memory", "opened"])
def mixed(request: Any, released: Callable[..., Release], signer: Signer, tmp_path: Path) -> Release:
    release = released(schema=MIXED, rows=ROWS, geometry=pa.table({"code": pa.array([], pa.string())}))
    if request.param == "memory":
        return release
    return opened(release.write(tmp_path / "a.parquet"), signer, tmp_path / "ouvert")


def test_rows_and_columns_are_written_as_json(mixed: Release) -> None:
    rows = json.loads(b"[" + mixed.json_rows() + b"]")
    expected = mixed.rows()
    for row in expected:
        row["jour"] = row["jour"] and row["jour"].isoformat()
    assert rows == expected
    assert json.loads(mixed.json_columns()) == {name: [row[name] for row in expected] for name in mixed.schema.names}
    nothing = mixed.asked(Slice(where=Compare("code", "eq", "z")))
    assert nothing.json_rows() == b""
    assert json.loads(nothing.json_columns()) == {name: [] for name in mixed.schema.names}


def test_a_column_is_a_vector_of_numbers_empty_where_it_is(mixed: Release) -> None:
    expected = {
        "part": [0.1, math.nan, 0.0],
        "nombre": [math.nan, -(2.0**62), 7.0],
        "centre": [1.0, 0.0, math.nan],
        "part_note": [1.0, math.nan, 5.0],
    }
    for name, values in expected.items():
        assert struct.unpack("<3f", mixed.vector(name)) == pytest.approx(values, nan_ok=True)
    for name in ("nom", "jour", "code"):
        with pytest.raises(Unknown, match="pas une colonne de nombres"):
            mixed.vector(name)
    with pytest.raises(Unknown, match="noms proches : part"):
        mixed.vector("parts")


def test_a_row_is_found_by_its_key(mixed: Release) -> None:
    for place, key in enumerate(ROWS["code"]):
        assert mixed.row(key) == {name: values[place] for name, values in ROWS.items()}
    for key in ("a3", "", "\ud800"):
        with pytest.raises(Unknown, match="n'existe pas") as unknown:
            mixed.row(key)
        assert "a1" in unknown.value.expected
    with pytest.raises(Unknown, match="n'existe pas"):
        mixed.asked(Slice(("nom",))).row("a1")


def test_the_bounds_are_those_of_the_contours(whole: Release, signer: Signer, tmp_path: Path) -> None:
    assert whole.bounds() == (4.8, 45.7, 5.0, 45.8)
    back = opened(whole.write(tmp_path / "a.parquet"), signer, tmp_path)
    assert back.bounds() == (4.8, 45.7, 5.0, 45.8)
    assert back.slice(where={"bv_id": "96001_0001"}).bounds() == pytest.approx((4.9, 45.7, 5.0, 45.8))
    assert back.slice(where={"bv_id": "96001_0003"}).bounds() is None
    assert back.slice(["bv_id"]).bounds() is None


def test_an_opened_release_is_the_kept_one(whole: Release, signer: Signer, tmp_path: Path) -> None:
    kept = whole.write(tmp_path / "a.parquet")
    back = opened(kept, signer, tmp_path / "ouvert" / "ici")
    assert back == whole
    assert (back.row_count, back.cut, back.digest) == (3, None, whole.digest)
    assert back.rows() == whole.rows()
    assert back.arrow().equals(whole.arrow())
    assert b"".join(back.encoded(".parquet")) == kept.read_bytes()
    for suffix in (".csv", ".geojson"):
        assert b"".join(back.encoded(suffix)) == b"".join(whole.encoded(suffix))
    part = back.asked(Slice(("bv_id", "inscrits"), Compare("inscrits", "gt", 10)))
    assert verified(part.write(tmp_path / "part.json"), [signer.public_key]).state == "valide"
    empty = opened(whole.slice(limit=0).write(tmp_path / "b.parquet"), signer, tmp_path / "ouvert")
    assert (empty.rows(), empty.row_count) == ([], 0)
    assert empty.cut is not None


def test_few_rows_of_many_columns_are_the_same_read_cell_by_cell(
    mixed: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    condition = Compare("code", "ne", "a2")
    taken = mixed.asked(Slice(where=condition))
    monkeypatch.setattr(cut, "_MANY_COLUMNS", 1)
    read = mixed.asked(Slice(where=condition))
    assert (read, read.arrow()) == (taken, taken.arrow())
    assert mixed.asked(Slice(where=Compare("code", "eq", "z"))).arrow().num_rows == 0


def test_the_arrow_file_is_made_once_and_again_when_it_is_not_what_was_made(
    whole: Release, signer: Signer, stranger: Signer, tmp_path: Path
) -> None:
    kept = whole.write(tmp_path / "a.parquet")
    opened(kept, signer, tmp_path)
    (arrow,) = tmp_path.glob("*.arrow")
    record = Path(f"{arrow}.json")
    made_at = arrow.stat().st_mtime_ns
    opened(kept, signer, tmp_path)
    assert arrow.stat().st_mtime_ns == made_at
    good = arrow.read_bytes()
    place = good.index(struct.pack("<d", 31.25))
    tampered = good[:place] + struct.pack("<d", 99.0) + good[place + 8 :]
    forged = json.dumps(stranger.signed(json.loads(record.read_bytes()))).encode()
    for file, said in (
        (arrow, tampered), (arrow, good[:-1]), (arrow, good + b"x"), (record, b""), (record, b"{}"), (record, b"[]"),
        (record, forged), (record, record.read_bytes().replace(b'ouvert-1"', b'ouvert-2"')),
    ):  # fmt: skip
        file.write_bytes(said)
        assert opened(kept, signer, tmp_path).row("96001_0001")["part_cadres"] == 31.25
        assert arrow.read_bytes() == good
    arrow.unlink()
    assert opened(kept, signer, tmp_path).rows() == whole.rows()


def test_an_arrow_file_of_another_release_is_not_served(
    whole: Release, released: Callable[..., Release], rows: Callable[..., Any], signer: Signer, tmp_path: Path
) -> None:
    kept = whole.write(tmp_path / "a.parquet")
    other = released(rows=rows(inscrits=[1, 2, 3])).write(tmp_path / "b.parquet")
    opened(kept, signer, tmp_path / "a")
    opened(other, signer, tmp_path / "b")
    (mine,), (theirs,) = ((tmp_path / name).glob("*.arrow") for name in "ab")
    mine.write_bytes(theirs.read_bytes())
    Path(f"{mine}.json").write_bytes(Path(f"{theirs}.json").read_bytes())
    assert opened(kept, signer, tmp_path / "a").rows() == whole.rows()


def test_a_kept_file_that_was_touched_is_never_opened(whole: Release, signer: Signer, tmp_path: Path) -> None:
    kept = whole.write(tmp_path / "a.parquet")
    opened(kept, signer, tmp_path)
    kept.write_bytes(kept.read_bytes()[:-9] + b"123456789")
    with pytest.raises(Broken, match="pas une sortie valide"):
        opened(kept, signer, tmp_path)


def test_two_threads_that_open_at_once_open_the_same(whole: Release, signer: Signer, tmp_path: Path) -> None:
    kept = whole.write(tmp_path / "a.parquet")
    found: list[Release] = []
    threads = [threading.Thread(target=lambda: found.append(opened(kept, signer, tmp_path / "o"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [release == whole for release in found] == [True] * 4
