"""What the tests of the plan share: a profile's release and an address file made by hand, and the plan they give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import settings

from carreau.products import Draft, Product, catalogue
from carreau.products.declare import Asked, Handed, Hands, Input, Reading
from carreau.products.field_plan.build import build
from carreau.products.field_plan.effects import Field, declared_effects, field_of
from carreau.sources import Fetched
from carreau.sources import catalogue as sources
from carreau.terms import Column, Provenance, Role, Schema, Territory

settings.register_profile("plan", deadline=None)
settings.load_profile("plan")

Rows = list[dict[str, Any]]
CHOICES = {"goal": "turnout", "doors": "100", "teams": "2", "hours": "3", "team": "", "election": ""}
SIDE = 0.01  # degrees


def profile_of(abstention: Sequence[float], households: Sequence[float] | None = None, **facts: Any) -> Reading:
    """The release of stations 69123_0001…, side by side, each of 1,000 registered voters of whom some abstain."""
    size = len(abstention)
    codes = facts.get("codes", [f"69123_{place + 1:04d}" for place in range(size)])
    provenance = Provenance("interieur_results : essai", "2022", "bureau", "original")
    columns: dict[str, tuple[Column, pa.Array]] = {
        name: (Column(name, "text", f"Essai {name}", role=role, title=name), pa.array(values, pa.string()))
        for name, role, values in (
            ("bv_id", Role.KEY, codes),
            ("code_commune", Role.PLACE, [code[:5] for code in codes]),
            ("libelle_commune", Role.PLACE, ["Lyon"] * size),
        )
    }
    apart = np.asarray(facts.get("gauche", [50.0] * size), dtype=float)
    voters = 1000 - 10 * np.asarray(abstention, dtype=float)
    numbers = {
        "inscrits": (np.full(size, 1000.0), Role.COUNT),
        "menages": (np.asarray(households or [600.0] * size, dtype=float), Role.COUNT),
        "pres_2022_t1_participation": (100 - np.asarray(abstention, dtype=float), Role.SHARE),
        "pres_2022_t1_participation_nombre": (voters, Role.COUNT),
        "pres_2022_t1_participation_base": (np.full(size, facts.get("registered", 1000.0)), Role.COUNT),
        "pres_2022_t1_bloc_gauche": (apart, Role.SHARE),
        "pres_2022_t1_bloc_droite": (100 - apart, Role.SHARE),
        **{name: (np.asarray(values, dtype=float), Role.SHARE) for name, values in facts.get("needs", {}).items()},
    }
    for name, (values, role) in numbers.items():
        column = Column(name, "number", f"Essai {name}", role=role, title=f"{name} (1er tour)", provenance=provenance)
        columns[name] = (column, pa.array(values, mask=~np.isfinite(values)))
    schema = Schema("une ligne par bureau", tuple(column for column, _ in columns.values()))
    table = pa.table([array for _, array in columns.values()], names=list(columns))
    sides = facts.get("sides", [SIDE] * size)
    boxes = [
        shapely.box(4.8 + place * SIDE, 45.7, 4.8 + place * SIDE + side, 45.7 + side)
        for place, side in enumerate(sides)
    ]
    contours = pa.table({"bv_id": codes, "geometry": [shapely.to_wkb(box) for box in boxes]})
    return Reading(schema, table, contours if facts.get("drawn", True) else contours.slice(0, 0), {}, ())


def addresses_in(codes: Sequence[str], many: int = 60, spread: float = 0.004, **facts: Any) -> Hands:
    """The hands that hold ``many`` addresses for each of the stations, strewn over ``spread`` degrees."""
    rng = np.random.default_rng(7)
    size = len(codes) * many
    place = np.repeat(np.arange(len(codes)), many)
    spreads = np.broadcast_to(np.asarray(spread, dtype=float), len(codes))[place]
    table = pa.table(
        {
            "bv_id": np.array(codes, dtype=object)[place],
            "code_commune": [str(codes[row])[:5] for row in place],
            "longitude": 4.802 + place * SIDE + spreads * rng.random(size),
            "latitude": 45.702 + spreads * rng.random(size),
            "geo_adresse": pa.array(facts.get("told", [None] * size), pa.string()),
            "geo_type": pa.array(facts.get("kinds", ["housenumber"] * size), pa.string()),
            "nb_adresses": np.ones(size, dtype=np.int32),
        }
    )
    return {"adresses": (handed(table, facts.get("status", "extract")),)}


def handed(table: pa.Table, status: str = "extract", name: str = "adresses") -> Handed:
    """A table as the house hands it over, its rows chosen by comparisons."""

    def read(columns: Sequence[str], filters: Sequence[tuple[str, str, str]] = ()) -> pa.Table:
        keep = np.ones(table.num_rows, dtype=bool)
        for column, sign, value in filters:
            found = np.array(table[column].to_pylist(), dtype=object)
            keep &= found >= value if sign == ">=" else found < value
        return table.select(columns).filter(pa.array(keep))

    source = sources()["reu_addresses"]
    published = next(one for one in source.files if one.key.startswith(name))
    file = Fetched(source, published, f"{name}.parquet", Path(), "0", status, datetime(2026, 11, 30, tzinfo=UTC))
    return Handed(Input("reu_addresses", f"{name}.parquet", "0", "2022", status), file, read)


@pytest.fixture(scope="session")
def product() -> Product:
    """The plan as it declares itself."""
    return catalogue()["field_plan"]


@pytest.fixture(scope="session")
def profile() -> Callable[..., Reading]:
    """The function that makes a release by hand."""
    return profile_of


@pytest.fixture(scope="session")
def homes() -> Callable[..., Hands]:
    """The function that makes an address file by hand."""
    return addresses_in


@pytest.fixture(scope="session")
def draft(product: Product) -> Callable[..., Draft]:
    """The function that gives the Draft of a plan: choices by name, ``level`` and ``hands`` beside."""

    def made(profile: Reading, hands: Hands | None = None, level: str = "bureau", **choices: str) -> Draft:
        asked = Asked(Territory.parse("com:69123"), level, {**CHOICES, **choices})
        return build(product, asked, profile, hands or {})

    return made


@pytest.fixture(scope="session")
def plan(draft: Callable[..., Draft]) -> Callable[..., Rows]:
    """The function that gives the rows of a plan."""
    return lambda *given, **asked: draft(*given, **asked).table.to_pylist()


@pytest.fixture(scope="session")
def field() -> Field:
    """The facts of the field that Carreau declares."""
    return field_of(declared_effects())
