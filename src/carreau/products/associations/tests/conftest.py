"""What the tests of associations share: profiles made by hand, where what goes with the vote is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from carreau.products.crossings.tests.conftest import Columns, election_columns, figure
from carreau.products.declare import Reading
from carreau.terms import Column, Role, Schema


def indicator(name: str, values: Any, theme: str = "metiers") -> Columns:
    """An indicator of a profile with its margin."""
    column, array = figure(name, values, Role.SHARE, unit="%", title=name.capitalize(), theme=theme)
    margin, zeros = figure(f"{name}_marge", np.where(np.isfinite(values), 1.0, np.nan), Role.MARGIN, of=name)
    return {name: (column, array), f"{name}_marge": (margin, zeros)}


def profile_of(codes: list[str], *parts: Columns) -> Reading:
    """A reading of stations ``codes`` out of columns."""
    columns: Columns = {"bv_id": (Column("bv_id", "text", "Essai", role=Role.KEY), pa.array(codes))}
    communes = pa.array([code[:5] for code in codes])
    columns["code_commune"] = (Column("code_commune", "text", "Essai", role=Role.PLACE), communes)
    for part in parts:
        columns |= part
    schema = Schema("une ligne par bureau", tuple(column for column, _ in columns.values()))
    table = pa.table([array for _, array in columns.values()], names=list(columns))
    nowhere = pa.table({"bv_id": pa.array([], pa.string()), "geometry": pa.array([], pa.binary())})
    return Reading(schema, table, nowhere, {"themes": {"metiers": "Métiers", "logement": "Logement"}}, ())


def codes_of(departments: int, communes: int, stations: int) -> list[str]:
    """The codes of the stations of some communes of some departments."""
    return [
        f"{department + 1:02d}{commune + 1:03d}_{station + 1:04d}"
        for department in range(departments)
        for commune in range(communes)
        for station in range(stations)
    ]


@pytest.fixture(scope="session")
def planted() -> Callable[..., Reading]:
    """The function that makes a profile where the left goes with « ouvriers », and with nothing else.

    ``share`` is the part of its variance between stations that goes with it; ``bruit`` goes with nothing.
    """

    def made(departments: int = 6, communes: int = 12, stations: int = 4, share: float = 0.8) -> Reading:
        codes, generator = codes_of(departments, communes, stations), np.random.default_rng(7)
        size = len(codes)
        workers, noise, other = generator.normal(size=(3, size))
        left = 40 + 6 * (np.sqrt(share) * workers + np.sqrt(1 - share) * other)
        registered = np.full(size, 1000.0)
        votes = {"bloc_gauche": 7 * left, "bloc_droite": 7 * (100 - left)}
        return profile_of(
            codes,
            {"inscrits": figure("inscrits", registered)},
            indicator("ouvriers", 25 + 5 * workers),
            indicator("bruit", 50 + 5 * noise, "logement"),
            indicator("pres_2017_t1_memoire", left),  # a vote that would tell everything, under a theme of its own
            election_columns("legi_2024_t1", registered, votes, title="législatives 2024, 1er tour"),
        )

    return made
