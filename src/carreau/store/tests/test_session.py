"""Tables joined and summed by an engine that reaches no further than what it is given."""

from __future__ import annotations

from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken, Missing, Refused, Unknown
from carreau.store import Room, Session

# Ibis 12 still calls a method of its engine that the engine's 1.5 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
VOTES = pa.table({"bv_id": ["69123_0101", "69123_0102"], "voix": [10, 32]})


def test_a_kept_file_and_a_table_are_joined(tmp_path: Path) -> None:
    pq.write_table(VOTES, tmp_path / "votes.parquet")
    with Session(room=Room(folders=(tmp_path,), spill=tmp_path / "spill")) as session:
        votes = session.table(tmp_path / "votes.parquet", "votes")
        names = session.table(pa.table({"bv_id": ["69123_0102"], "nom": ["école d'à côté"]}), "names")
        assert session.arrow(names.join(votes, "bv_id")["nom", "voix"]).to_pylist() == [
            {"nom": "école d'à côté", "voix": 32}
        ]


def test_a_single_value_is_a_table_of_one_row() -> None:
    with Session() as session:
        total = session.table(VOTES, "votes").voix.sum().name("total")
        assert session.arrow(total).to_pydict() == {"total": [42]}


def test_a_name_given_again_is_replaced() -> None:
    with Session() as session:
        session.table(VOTES, "votes")
        count = session.table(VOTES.slice(0, 1), "votes").count().name("rows")
        assert session.arrow(count).to_pydict() == {"rows": [1]}


def test_a_file_outside_the_folders_is_refused(tmp_path: Path) -> None:
    pq.write_table(VOTES, tmp_path / "votes.parquet")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.parquet").symlink_to(tmp_path / "votes.parquet")
    with Session(room=Room(folders=(tmp_path / "inside",))) as session:
        for path in (tmp_path / "votes.parquet", tmp_path / "inside" / "link.parquet"):
            with pytest.raises(Refused, match="votes"):
                session.table(path, "votes")


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with Session(room=Room(folders=(tmp_path,))) as session, pytest.raises(Missing, match="votes"):
        session.table(tmp_path / "votes.parquet", "votes")


def test_a_file_that_is_no_parquet_is_broken(tmp_path: Path) -> None:
    (tmp_path / "votes.parquet").write_bytes(b"PAR1 not really PAR1")
    with Session(room=Room(folders=(tmp_path,))) as session, pytest.raises(Broken, match="votes"):
        session.table(tmp_path / "votes.parquet", "votes")


def test_an_expression_reaches_no_other_file(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in's'ide", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        pq.write_table(VOTES, folder / "votes.parquet")
    with Session(room=Room(folders=(inside,))) as session:
        session.table(inside / "votes.parquet", "votes")
        for query in (
            f"SELECT * FROM read_parquet('{outside}/votes.parquet')",
            f"COPY (SELECT 1) TO '{outside}/out.csv'",
            "SELECT * FROM read_csv('/etc/hostname')",
            "INSTALL httpfs",
            "SET threads = 9",
        ):
            with pytest.raises(Exception, match=r"disabled|locked|configuration|Permission"):
                session._backend.raw_sql(query)


def test_a_table_larger_than_the_memory_spills_in_its_folder(tmp_path: Path) -> None:
    numbers = pa.table({"n": pa.array(range(3_000_000), pa.int64())})
    with Session(room=Room(memory=48 << 20, threads=1, spill=tmp_path)) as session:
        table = session.table(numbers, "numbers")
        shuffled = table.mutate(h=table.n.hash()).order_by("h")
        ranked = shuffled.mutate(rank=ibis.row_number().over(order_by=shuffled.h))
        assert session.arrow(ranked.aggregate(last=ranked["rank"].max())).to_pydict() == {"last": [2_999_999]}


def test_an_unknown_engine_is_named() -> None:
    for url in ("sparc://x", "nothing"):
        with pytest.raises(Unknown, match="moteur"):
            Session(url)
