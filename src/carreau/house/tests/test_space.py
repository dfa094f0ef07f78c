"""One's own space, over a town: brought, joined, seen by its owner alone, and really gone."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from carreau.errors import Broken, Refused, Unknown
from carreau.house import Home
from carreau.house.served import Served, served
from carreau.house.space import MOST, Space, space_of
from carreau.house.watch import SILENT

SECRET = "mot-que-personne-d-autre-n-ecrit"


@pytest.fixture(scope="module")
def shown(home: Home) -> Served:
    return served(home, "com:96001", "electoral_profile", SILENT)


@pytest.fixture
def space(home: Home, shown: Served) -> Space:
    return space_of(home, shown)


def codes(shown: Served) -> list[str]:
    return [row["bv_id"] for row in shown.levels["bureau"].slice(columns=["bv_id"]).rows()]


def brought(shown: Served, space: Space, owner: str = "anne") -> dict[str, object]:
    stations = [code[6:].lstrip("0") for code in codes(shown)]
    rows = [f"96001;{code};{10 * place};{place},5 %;{SECRET}" for place, code in enumerate(stations)]
    text = "Code commune;Bureau;Élèves;Taux;<b>note</b>\n" + "\n".join([*rows, "96001;998;1;1;", ";;5;;"])
    return space.add(owner, f"{SECRET}.csv", io.BytesIO(text.encode("cp1252")))


def floats(body: bytes) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 4) for value in np.frombuffer(body, "<f4")]


def test_a_file_is_joined_and_its_figures_lie_in_the_order_of_the_places(shown: Served, space: Space) -> None:
    report = brought(shown, space)
    count = len(codes(shown))
    assert (report["level"], report["key"], report["rows"], report["joined"]) == (
        "bureau", "Code commune + Bureau", count + 2, count,
    )  # fmt: skip
    assert floats(space.vector("anne", str(report["id"]), "Élèves")) == [10.0 * place for place in range(count)]
    assert floats(space.vector("anne", str(report["id"]), "Élèves", "commune")) == [sum(10 * n for n in range(count))]
    assert floats(space.vector("anne", str(report["id"]), "Taux", "departement")) == [round((count - 1) / 2 + 0.5, 4)]
    assert [one["code"] for one in report["unmatched"]] == ["96001_0998"]  # type: ignore[attr-defined] # a list of facts
    assert "1 ligne(s) sans code" in report["remarks"]  # type: ignore[operator] # a list of sentences
    space.delete("anne", str(report["id"]))


def test_another_persons_file_is_as_unknown_as_one_that_never_was(shown: Served, space: Space) -> None:
    identifier = str(brought(shown, space)["id"])
    said = []
    for who, sought in (("bruno", identifier), ("anne", "0" * 32), ("anne", "../../keys"), ("anne", "")):
        for ask in (space.report, space.rows, space.delete):
            with pytest.raises(Unknown) as error:
                ask(who, sought)
            said.append({**error.value.as_dict(), "given": ""})
    with pytest.raises(Unknown):
        space.vector("bruno", identifier, "Élèves")
    assert all(one == said[0] for one in said)
    assert space.list("bruno") == []
    assert space.report("anne", identifier)["id"] == identifier
    space.delete("anne", identifier)


def test_a_deleted_file_leaves_no_byte(home: Home, shown: Served, space: Space) -> None:
    identifier = str(brought(shown, space)["id"])
    folder = home.root / "space"
    assert any(SECRET.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    space.delete("anne", identifier)
    left = [path for path in [*folder.rglob("*"), *home.root.glob("records.sqlite*")] if path.is_file()]
    words = (SECRET.encode(), identifier.encode())
    assert not [path for path in left if any(word in path.read_bytes() for word in words)]
    assert list(folder.iterdir()) == []


def test_the_passing_file_is_gone_whether_it_was_read_or_not(home: Home, space: Space) -> None:
    with pytest.raises(Refused):
        space.add("anne", "x.csv", io.BytesIO(b"%PDF-1.7"))
    with pytest.raises(Refused, match="trop grand"):
        space.add("anne", "x.csv", io.BytesIO(b"x" * (50_000_001)))
    assert list((home.root / "space").iterdir()) == []


def test_points_become_counts_by_station_and_nothing_else_is_kept(home: Home, shown: Served, space: Space) -> None:
    west, south, east, north = shown.levels["bureau"].bounds() or (0, 0, 0, 0)
    random = np.random.default_rng(3)
    x, y = random.uniform(west, east, 600), random.uniform(south, north, 600)
    rows = "\n".join(f"{b:.6f};{a:.6f};{SECRET};{n}" for n, (a, b) in enumerate(zip(x, y, strict=True)))
    report = space.add("anne", "points.csv", io.BytesIO(f"lat;lon;qui;age\n{rows}\n48.85;2.35;x;1\n;;x;1\n".encode()))
    identifier = str(report["id"])
    assert (report["level"], report["points"], report["preview"]) == ("point", True, [])
    counts = [value for value in floats(space.vector("anne", identifier, "nombre_de_lignes")) if value is not None]
    assert counts
    assert min(counts) >= 11
    assert sum(counts) <= report["joined"] <= 600
    with pytest.raises(Unknown):
        space.vector("anne", identifier, "age")
    kept = [path.read_bytes() for path in (home.root / "space" / identifier).iterdir()]
    assert not any(SECRET.encode() in content for content in kept)
    assert [column["mapped"] for column in report["columns"]] == [True, False, False, False, False]
    space.delete("anne", identifier)


def test_coordinates_say_better_where_than_a_commune_that_many_rows_share(shown: Served, space: Space) -> None:
    west, south, east, north = shown.levels["bureau"].bounds() or (0, 0, 0, 0)
    x, y = (west + east) / 2, (south + north) / 2
    many = "code_commune;lat;lon\n" + f"96001;{y};{x}\n" * 30
    assert space.add("anne", "x.csv", io.BytesIO(many.encode()))["level"] == "point"
    one = f"code_commune;lat;lon\n96001;{y};{x}\n"
    assert space.add("anne", "x.csv", io.BytesIO(one.encode()))["level"] == "commune"
    assert space.forget("anne") == 2


def test_a_weight_is_told(shown: Served, space: Space) -> None:
    rows = "".join(f"{code};{place},5;{place + 1}\n" for place, code in enumerate(codes(shown)[:2]))
    report = space.add("anne", "x.csv", io.BytesIO(f"bv_id;taux;poids\n{rows}".encode()))
    assert report["columns"][2]["remark"] == "moyenne pondérée par « poids »"
    assert floats(space.vector("anne", report["id"], "taux", "commune")) == [round((0.5 + 1.5 * 2) / 3, 4)]
    assert space.forget("anne") == 1


def test_a_workbook_and_a_parquet_are_joined_as_a_text_is(shown: Served, space: Space) -> None:
    book = openpyxl.Workbook()
    book.active.append(["bv_id", "n"])
    for code in codes(shown):
        book.active.append([code, 2])
    sink, flat = io.BytesIO(), io.BytesIO()
    book.save(sink)
    pq.write_table(pa.table({"commune": [96001], "n": [7.5]}), flat)
    first = space.add("anne", "a.xlsx", io.BytesIO(sink.getvalue()))
    second = space.add("anne", "b.parquet", io.BytesIO(flat.getvalue()))
    assert floats(space.vector("anne", first["id"], "n", "commune")) == [2.0 * len(codes(shown))]
    assert floats(space.vector("anne", second["id"], "n")) == [7.5]
    assert (second["level"], second["levels"]) == ("commune", ["commune", "departement"])
    with pytest.raises(Unknown, match="niveau"):
        space.vector("anne", second["id"], "n", "bureau")
    assert [one["name"] for one in space.list("anne")] != []
    assert space.forget("anne") == 2
    assert space.list("anne") == []


def test_rows_are_given_page_by_page(shown: Served, space: Space) -> None:
    report = brought(shown, space)
    page = space.rows("anne", str(report["id"]), page=(1, 2))
    assert page["columns"] == ["Élèves", "Taux", "nombre_de_lignes"]
    assert [row["code"] for row in page["rows"]] == codes(shown)[1:3]
    assert page["rows"][0]["valeurs"] == [10.0, 1.5, 1.0]
    assert page["total"] == len(codes(shown))
    space.delete("anne", str(report["id"]))


def test_a_file_that_says_nothing_of_where_is_told_what_to_do(space: Space) -> None:
    with pytest.raises(Broken) as lost:
        space.add("anne", "x.csv", io.BytesIO(b"a;b\n1;2\n"))
    assert "code_commune" in lost.value.advice
    with pytest.raises(Broken) as elsewhere:
        space.add("anne", "x.csv", io.BytesIO(b"code_commune;b\n75056;2\n"))
    assert "75056" in elsewhere.value.given
    with pytest.raises(Broken, match="aucun de ces points"):
        space.add("anne", "x.csv", io.BytesIO(b"lat;lon\n48.85;2.35\n"))
    with pytest.raises(Refused, match="personnes"):
        space.add("anne", "x.csv", io.BytesIO(b"code_commune;mail\n96001;a@b.fr\n"))


def test_a_space_has_an_end(home: Home, shown: Served, space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carreau.house.space.MOST", 1)
    assert MOST > 1
    brought(shown, space, "carole")
    with pytest.raises(Refused, match="plein"):
        brought(shown, space, "carole")
    assert space.forget("carole") == 1


def test_a_damaged_item_is_said_and_can_be_deleted(home: Home, shown: Served, space: Space) -> None:
    identifier = str(brought(shown, space)["id"])
    (home.root / "space" / identifier / "figures.parquet").write_bytes(b"PAR1")
    (home.root / "space" / identifier / "report.json").unlink()
    for ask in (space.report, space.rows):
        with pytest.raises(Broken, match="entier"):
            ask("anne", identifier)
    space.delete("anne", identifier)
    assert space.list("anne") == []


def test_what_a_killed_process_left_is_swept(home: Home, shown: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    left, recent = home.root / "space" / ".vieux", home.root / "space" / ".neuf"
    left.mkdir(parents=True)
    monkeypatch.setattr("carreau.house.space_items._LEFT", -1.0)
    space_of(home, shown)
    assert not left.exists()
    monkeypatch.undo()
    recent.mkdir()
    space_of(home, shown)
    assert recent.exists()
    recent.rmdir()


def test_a_file_whose_line_could_not_be_written_is_not_kept(
    home: Home, shown: Served, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise RuntimeError("plus de place")

    writer = type("Writer", (), {"dumps": staticmethod(refuse), "loads": json.loads})
    monkeypatch.setattr("carreau.house.space_items.json", writer)
    with pytest.raises(RuntimeError):
        brought(shown, space)
    assert list(Path(home.root / "space").iterdir()) == []
    assert space.list("anne") == []
