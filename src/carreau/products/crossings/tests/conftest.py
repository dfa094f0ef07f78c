"""What the tests of crossings share: a profile's release made by hand, and the limits that products declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from carreau.products import catalogue
from carreau.products.crossings import Limits, limits_of
from carreau.products.declare import Reading
from carreau.terms import Column, Provenance, Role, Schema

Numbers = Sequence[float]
Columns = dict[str, tuple[Column, pa.Array]]


def figure(name: str, values: Numbers, role: Role = Role.COUNT, **words: str) -> tuple[Column, pa.Array]:
    """A column of numbers, empty where NaN."""
    provenance = Provenance("interieur_results : essai", "2024", "bureau", words.pop("status", "original"))
    column = Column(name, "number", f"Essai {name}", role=role, provenance=provenance, **words)
    array = np.asarray(values, dtype=float)
    return column, pa.array(array, mask=~np.isfinite(array))


def election_columns(prefix: str, registered: Numbers, votes: Mapping[str, Numbers], **facts: Any) -> Columns:
    """The columns of an election as the profile has them: ``votes`` by column (``bloc_gauche``, ``voix_a``)."""
    title = facts.get("title", f"élection {prefix}")
    size = np.asarray(registered, dtype=float)
    valid = np.asarray(facts.get("valid", np.nansum(list(votes.values()), axis=0)), dtype=float)
    voters = np.asarray(facts.get("voters", valid), dtype=float)
    margin = np.asarray(facts.get("margin", 0 * size), dtype=float)
    found = [figure(f"{prefix}_inscrits", size), figure(f"{prefix}_inscrits_marge", margin, Role.MARGIN)]
    whole = {"participation": (voters, size)}
    of_valid = {
        name: (np.asarray(values, dtype=float), np.where(np.isfinite(values), valid, np.nan))
        for name, values in votes.items()
    }
    for name, (number, base) in {**whole, **of_valid}.items():
        share = 100 * np.divide(number, base, out=np.full(len(base), np.nan), where=base > 0)
        column = f"{prefix}_{name}"
        words = {"title": f"{name.upper()} ({title})", "of": f"{column}_base"}
        words["status"] = facts.get("status", "original")
        found += [figure(column, share, Role.SHARE, **words)]
        found += [figure(f"{column}_nombre", number, of=column), figure(f"{column}_base", base, of=column)]
    return {column.name: (column, array) for column, array in found}


@pytest.fixture(scope="session")
def reading() -> Callable[..., Reading]:
    """The function that makes a reading of stations 69123_0001… out of columns."""

    def made(size: int, *parts: Columns) -> Reading:
        codes = [f"69123_{place + 1:04d}" for place in range(size)]
        named = {"bv_id": (Role.KEY, codes), "code_commune": (Role.PLACE, ["69123"] * size)}
        named["libelle_commune"] = (Role.PLACE, ["Lyon"] * size)
        columns: Columns = {
            name: (Column(name, "text", f"Essai {name}", role=role), pa.array(values, pa.string()))
            for name, (role, values) in named.items()
        }
        for part in parts:
            columns |= part
        schema = Schema("une ligne par bureau", tuple(column for column, _ in columns.values()))
        table = pa.table([array for _, array in columns.values()], names=list(columns))
        nowhere = pa.table({"bv_id": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
        return Reading(schema, table, nowhere, {}, ())

    return made


@pytest.fixture(scope="session")
def ballots() -> Callable[..., Columns]:
    """The function that makes the columns of an election."""
    return election_columns


@pytest.fixture(scope="session")
def limits() -> Limits:
    """The limits that the votes declare."""
    return limits_of(catalogue()["votes"].facts)
