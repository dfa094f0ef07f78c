"""A delivery: the file in its place, whole, and one line of the ledger; or neither."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from carreau.errors import Missing, Retry, Unknown
from carreau.guard import FORMATS, Release, Signer, release, verified
from carreau.market import delivered
from carreau.products.declare import Draft, Policy, Product
from carreau.terms import Column, Role, Schema, Territory

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


class Ledger(list[tuple[str, Mapping[str, Any], datetime]]):
    """A ledger that keeps its entries in memory."""

    def enter(self, verb: str, facts: Mapping[str, Any], at: datetime) -> None:
        self.append((verb, facts, at))


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.of(tmp_path_factory.mktemp("cle"))


@pytest.fixture(scope="module")
def ready(signer: Signer) -> Release:
    schema = Schema(
        "une ligne par bureau de vote",
        (Column("bv_id", "text", "Code", role=Role.KEY), Column("inscrits", "integer", "Inscrits", "électeurs")),
    )
    table = pa.table({"bv_id": ["96001_0001"], "inscrits": [900]})
    policy = Policy("OPEN", "personne", 11, ("recherche",))
    product = Product("essai", "Essai", "Un essai.", "bureau de vote", (), policy, "# Carte", {}, Path())
    contours = pa.table({"bv_id": ["96001_0001"], "geometry": shapely.to_wkb([shapely.box(4.8, 45.7, 4.9, 45.8)])})
    draft = Draft(product, Territory.parse("com:96001"), schema, table, contours, "inscrits", ())
    return release(draft, signer=signer, made_at=AT, previous="")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_delivery_is_the_file_and_one_entry_of_the_ledger(
    ready: Release, signer: Signer, tmp_path: Path, suffix: str
) -> None:
    ledger, path = Ledger(), tmp_path / f"essai{suffix}"
    delivery = delivered(ready, path, ledger_append=ledger.enter, at=AT)
    assert verified(path, [signer.public_key]).state == "valide"
    assert delivery.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (delivery.path, delivery.bytes, delivery.format) == (path, path.stat().st_size, suffix)
    [(verb, facts, at)] = ledger
    assert (verb, at) == ("deliver", AT)
    assert facts == {
        "path": str(path), "bytes": delivery.bytes, "digest": delivery.digest, "format": suffix,
        "certificate": ready.certificate["id"], "territory": "com:96001", "product": "essai", "recipient": "",
    }  # fmt: skip


def test_a_format_may_be_named(ready: Release, tmp_path: Path) -> None:
    ledger = Ledger()
    assert delivered(ready, tmp_path / "essai.dat", "json", ledger_append=ledger.enter, at=AT).format == ".json"


@pytest.mark.parametrize(("name", "error"), [("absent/essai.csv", Missing), ("essai.doc", Unknown), (".", Unknown)])
def test_what_cannot_be_delivered_is_not_entered(
    ready: Release, tmp_path: Path, name: str, error: type[Exception]
) -> None:
    ledger = Ledger()
    with pytest.raises(error):
        delivered(ready, tmp_path / name, ledger_append=ledger.enter, at=AT)
    assert ledger == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_nothing_leaves_without_its_line_in_the_ledger(ready: Release, tmp_path: Path, suffix: str) -> None:
    def locked(*_: object) -> None:
        raise Retry("le registre est occupé")

    with pytest.raises(Retry, match="occupé"):
        delivered(ready, tmp_path / f"essai{suffix}", ledger_append=locked, at=AT)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_delivers_nothing_and_enters_nothing(
    ready: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    ledger = Ledger()
    with pytest.raises(Retry, match="le disque est plein") as caught:
        delivered(ready, tmp_path / "essai.parquet", ledger_append=ledger.enter, at=AT)
    assert caught.value.exit_code == 1
    assert ledger == []
    assert list(tmp_path.iterdir()) == []
