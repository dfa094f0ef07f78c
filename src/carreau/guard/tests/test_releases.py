"""The Release: made by the guard alone, certified, chained, cut, kept and read back."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carreau.errors import Broken, Refused, Unknown
from carreau.guard import FORMATS, Release, Signer, content, release, restored, verified
from carreau.guard._seal import is_signed
from carreau.guard.certificate import Recipient
from carreau.guard.content import column_digest
from carreau.products.declare import Draft
from carreau.terms import Column

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


def test_a_release_cannot_be_made_by_hand_nor_changed(whole: Release) -> None:
    with pytest.raises(Refused, match="ne se fabrique pas"):
        Release("essai", "Profil")
    with pytest.raises(Refused, match="ne se fabrique pas"):
        dataclasses.replace(whole, product="autre")
    with pytest.raises(dataclasses.FrozenInstanceError):
        whole.product = "autre"  # type: ignore[misc] # the refusal is what is tested
    with pytest.raises(TypeError):
        whole.certificate["rows"] = 0  # type: ignore[index] # idem
    assert copy.copy(whole) == whole


def test_the_certificate_says_what_left_for_whom_and_why(whole: Release) -> None:
    said = whole.certificate
    assert is_signed(said)
    assert (said["territory"], said["mode"], said["row"]) == ("com:96001", "OPEN", "une ligne par bureau de vote")
    assert said["policy"]["k"] == 11
    assert said["lineage"][0]["publisher"]
    assert said["lineage"][0]["status"] == "facsimile"
    assert "publisher" not in said["lineage"][1]
    assert set(said["questions"]) == {"singling_out", "linkability", "inference"}
    assert "facsimilés" in said["standing"][0]
    assert "officiels, tels que" in said["standing"][1]
    assert said["content"]["digest"] == whole.digest
    assert said["id"].startswith("carreau-")
    assert (whole.made_at, whole.decision.at) == (AT, AT)


def test_releases_are_chained(signer: Signer, draft: Callable[..., Draft]) -> None:
    first = release(draft(), signer=signer, made_at=AT, previous="")
    second = release(draft(), signer=signer, made_at=AT, previous=first.certificate_digest)
    assert second.certificate["previous"] == first.certificate_digest
    assert second.digest == first.digest
    assert second.certificate["id"] != first.certificate["id"]


def test_the_recipient_and_a_permitted_purpose_are_written(signer: Signer, draft: Callable[..., Draft]) -> None:
    one = release(draft(), signer=signer, made_at=AT, previous="", recipient=Recipient("Ville d'Écully", "recherche"))
    assert (one.certificate["recipient"], one.certificate["purpose"]) == ("Ville d'Écully", "recherche")


def test_a_purpose_that_the_policy_does_not_name_is_refused(signer: Signer, draft: Callable[..., Draft]) -> None:
    with pytest.raises(Refused, match="prospection") as caught:
        release(draft(), signer=signer, made_at=AT, previous="", recipient=Recipient("x", "prospection"))
    assert "recherche" in caught.value.expected


def test_a_recipient_that_is_no_text_is_said_gently(signer: Signer, draft: Callable[..., Draft]) -> None:
    with pytest.raises(Broken, match="destinataire"):
        release(draft(), signer=signer, made_at=AT, previous="", recipient=Recipient("\ud800"))


def test_the_digest_knows_the_values_and_not_their_chunks(released: Callable[..., Release], rows: Any) -> None:
    assert released().digest == released().digest
    assert released(rows=rows(inscrits=[900, 12, 9])).digest != released().digest
    column = Column("c", "text", "Un texte")
    ones = [pa.chunked_array([["a", None], ["bc"]]), pa.chunked_array([["x", "a", None, "bc"]]).slice(1)]
    assert len({column_digest(column, one) for one in ones}) == 1
    others = [["a", "", "bc"], [None, "a", "bc"], ["ab", None, "c"], ["a", None]]
    assert column_digest(column, ones[0]) not in {column_digest(column, pa.chunked_array([one])) for one in others}


@pytest.mark.parametrize(
    ("kind", "values"),
    [("boolean", [True, None]), ("date", [date(2022, 4, 10), None]), ("integer", [0, None]), ("number", [0.0, None])],
)
def test_a_null_is_not_a_zero_in_a_digest(kind: Any, values: list[Any]) -> None:
    column = Column("c", kind, "Une colonne")
    zero = {"boolean": False, "date": date(1970, 1, 1)}.get(kind, 0)
    filled = pa.chunked_array([[values[0], zero]])
    assert column_digest(column, pa.chunked_array([values])) != column_digest(column, filled)
    empty = pa.chunked_array([pa.array([], pa.array(values).type)])
    assert column_digest(column, empty) != column_digest(column, pa.chunked_array([values]))


def test_a_content_has_the_same_digest_whatever_the_threads(
    released: Callable[..., Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = released().digest
    monkeypatch.setattr(content, "_FEW", 0)
    assert released().digest == alone


# --- slices ---------------------------------------------------------------------------------------------------------


def test_a_slice_keeps_columns_rows_and_order_and_says_so(whole: Release) -> None:
    part = whole.slice(["bv_id", "inscrits"], {"code_commune": "96001", "inscrits": [900, 8]}, ["inscrits"])
    assert part.rows() == [{"bv_id": "96001_0003", "inscrits": 8}, {"bv_id": "96001_0001", "inscrits": 900}]
    assert part.certificate == whole.certificate
    assert part.cut is not None
    assert part.cut["of"] == whole.digest
    assert (part.row_count, whole.row_count) == (2, 3)
    assert part.digest != whole.digest


def test_a_slice_of_a_slice_remembers_its_parent(whole: Release) -> None:
    part = whole.slice(limit=2).slice(["bv_id"], order=["-bv_id"], limit=1)
    assert part.rows() == [{"bv_id": "96001_0002"}]
    assert part.cut is not None
    assert part.cut["parent"]["limit"] == 2


def test_a_slice_may_be_empty_and_may_look_for_empty_cells(whole: Release) -> None:
    assert whole.slice(where={"inscrits": []}).rows() == []
    found = whole.slice(["bv_id"], {"population": None, "population_marge": {20.0}}).rows()
    assert found == [{"bv_id": "96001_0003"}]


def test_a_slice_keeps_the_contours_only_when_they_are_asked(whole: Release, tmp_path: Path) -> None:
    for columns, there in ((None, True), (["bv_id", "geometry"], True), (["bv_id"], False)):
        path = whole.slice(columns, limit=1).write(tmp_path / "a.parquet")
        assert ("geometry" in pq.read_schema(path).names) == there


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"columns": ["inscrit"]}, "« inscrit » n'existe pas"),
        ({"where": {"commune": "x"}}, "« commune » n'existe pas"),
        ({"order": ["-voix"]}, "« voix » n'existe pas"),
        ({"limit": -1}, "négatif"),
        ({"where": {"inscrits": "beaucoup"}}, "de telles valeurs"),
        ({"where": {"inscrits": object()}}, "de telles valeurs"),
    ],
)
def test_a_slice_that_cannot_be_is_said_gently(whole: Release, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(Unknown, match=said):
        whole.slice(**asked)


@settings(deadline=None)
@given(st.sets(st.sampled_from(["96001_0001", "96001_0002", "96001_0003"])), st.integers(0, 4))
def test_a_slice_never_shows_what_the_whole_does_not(whole: Release, keys: set[str], limit: int) -> None:
    expected = [row for row in whole.rows() if row["bv_id"] in keys][:limit]
    assert whole.slice(where={"bv_id": keys}, limit=limit).rows() == expected


def test_every_format_of_a_slice_is_valid(whole: Release, signer: Signer, tmp_path: Path) -> None:
    part = whole.slice(["bv_id", "part_cadres", "geometry"], order=["-bv_id"])
    for suffix in FORMATS:
        verdict = verified(part.write(tmp_path / f"part{suffix}"), [signer.public_key])
        assert (verdict.state, verdict.facts["cut"]["columns"]) == ("valide", ["bv_id", "part_cadres", "geometry"])


# --- kept and read back ---------------------------------------------------------------------------------------------


def test_a_kept_release_is_read_back_the_same(whole: Release, signer: Signer, tmp_path: Path) -> None:
    path = whole.write(tmp_path / "a.parquet")
    back = restored(path, signer)
    assert back == whole
    assert back.arrow().equals(whole.arrow())
    assert back.rows() == whole.rows()
    assert back.write(tmp_path / "b.parquet").read_bytes() == path.read_bytes()
    for suffix in (".csv", ".json", ".geojson"):
        assert b"".join(back.encoded(suffix)) == b"".join(whole.encoded(suffix))


def test_a_kept_slice_is_read_back_with_its_cut(whole: Release, signer: Signer, tmp_path: Path) -> None:
    part = whole.slice(["bv_id", "inscrits"], limit=2)
    back = restored(part.write(tmp_path / "a.parquet"), signer)
    assert (back.cut, back.digest, back.rows()) == (part.cut, part.digest, part.rows())
    assert back.slice(limit=1).rows() == part.rows()[:1]


def test_a_file_of_another_house_or_altered_is_never_trusted(
    whole: Release, signer: Signer, stranger: Signer, tmp_path: Path
) -> None:
    path = whole.write(tmp_path / "a.parquet")
    with pytest.raises(Broken, match="n'est pas une sortie valide"):
        restored(path, stranger)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Broken, match="n'est pas une sortie valide") as caught:
        restored(path, signer)
    assert "altéré" in caught.value.given


def test_a_valid_file_that_is_no_parquet_is_no_kept_release(whole: Release, signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(Broken, match="n'est pas une sortie valide"):
        restored(whole.write(tmp_path / "a.json"), signer)


def test_the_document_travels_with_the_file(whole: Release, tmp_path: Path) -> None:
    facts = pq.read_metadata(whole.write(tmp_path / "a.parquet")).metadata
    document = json.loads(facts[b"carreau.document"])
    assert document["remarks"] == ["3 lignes lues."]
    assert document["coverage"] == {"n": 3}
