"""What the tests of advice share: a profile's release made by hand, and the advice that it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import settings

from carreau.products import Draft, Product, catalogue
from carreau.products.advice.build import build
from carreau.products.advice.themes import declared_themes
from carreau.products.declare import Asked, Reading
from carreau.terms import Column, Provenance, Role, Schema, Territory

settings.register_profile("advice", deadline=None)
settings.load_profile("advice")

FRANCE = 20.0
Rows = list[dict[str, Any]]


def figure_columns(name: str, values: Sequence[float], facts: Mapping[str, Any]) -> dict[str, tuple[Column, pa.Array]]:
    """An indicator and those beside it: ``references`` by level, ``margin``, ``note`` of every station."""
    size, share = len(values), not name.startswith(("revenu", "personnes"))
    source = Provenance("insee_census : essai", "2022", "adresses", facts.get("standing", "original"))
    unit = "%" if share else "€ par an"

    def numbers(suffix: str, found: Any, role: Role) -> tuple[Column, pa.Array]:
        array = np.broadcast_to(np.asarray(found, dtype=float), size)
        of = name if suffix else f"{name}_base"
        own = Column(name + suffix, "number", f"Essai {name}", unit, role, of, title=name, provenance=source)
        return own, pa.array(array, mask=~np.isfinite(array))

    given = np.asarray(values, dtype=float)
    references = {"commune": FRANCE, "departement": FRANCE, "france": FRANCE, **facts.get("references", {})}
    found = [numbers("", given, Role.SHARE if share else Role.MEASURE)]
    found += [numbers("_marge", np.where(np.isfinite(given), facts.get("margin", 1.0), np.nan), Role.MARGIN)]
    found += [numbers("_base", np.where(np.isfinite(given), 500.0, np.nan), Role.COUNT)]
    found += [numbers(f"_ecart_{level}", given - of, Role.MEASURE) for level, of in references.items()]
    note = Column(f"{name}_note", "text", "Note", role=Role.MARGIN, of=name)
    found += [(note, pa.array([facts.get("note", "B") if np.isfinite(one) else None for one in given], pa.string()))]
    return {column.name: (column, array) for column, array in found}


def profile_of(figures: Mapping[str, Sequence[float]], **facts: Any) -> Reading:
    """The release of stations 69123_0001… with these figures; ``by`` gives facts of one of them."""
    size = len(next(iter(figures.values())))
    codes = [f"69123_{place + 1:04d}" for place in range(size)]
    texts = {"bv_id": (Role.KEY, codes), "code_commune": (Role.PLACE, facts.get("communes", ["69123"] * size))}
    texts["libelle_commune"] = (Role.PLACE, ["Lyon"] * size)
    columns: dict[str, tuple[Column, pa.Array]] = {
        name: (Column(name, "text", f"Essai {name}", role=role, title=name), pa.array(values, pa.string()))
        for name, (role, values) in texts.items()
    }
    registered = Column("inscrits", "number", "Inscrits", "électeurs", Role.COUNT, title="Inscrits")
    columns["inscrits"] = (registered, pa.array(np.full(size, 1000.0)))
    for name, values in figures.items():
        columns |= figure_columns(name, values, {**facts, **facts.get("by", {}).get(name, {})})
    if facts.get("votes"):
        vote = Column("pres_2022_t1_participation", "number", "Participation", "%", Role.SHARE, theme="elections")
        columns[vote.name] = (vote, pa.array(facts["votes"]))
    schema = Schema("une ligne par bureau", tuple(column for column, _ in columns.values()))
    table = pa.table([array for _, array in columns.values()], names=list(columns))
    squares = [shapely.to_wkb(shapely.box(place, 0, place + 1, 1)) for place in range(size)]
    return Reading(schema, table, pa.table({"bv_id": codes, "geometry": squares}), {}, ())


@pytest.fixture(scope="session")
def product() -> Product:
    """Advice as it declares itself."""
    return catalogue()["advice"]


@pytest.fixture(scope="session")
def profile() -> Callable[..., Reading]:
    """The function that makes a release by hand."""
    return profile_of


@pytest.fixture(scope="session")
def draft(product: Product) -> Callable[..., Draft]:
    """The function that gives the Draft of the advice of a profile."""

    def made(profile: Reading, level: str = "bureau", territory: str = "com:69123") -> Draft:
        return build(product, Asked(Territory.parse(territory), level, {}), profile, {})

    return made


@pytest.fixture(scope="session")
def advice(draft: Callable[..., Draft]) -> Callable[..., Rows]:
    """The function that gives the rows of the advice of a profile."""
    return lambda *given, **asked: draft(*given, **asked).table.to_pylist()


@pytest.fixture(scope="session")
def plain() -> Callable[..., dict[str, list[float]]]:
    """The function that gives all the figures that themes read, at the reference, some of them moved."""
    themes, _ = declared_themes()
    names = dict.fromkeys(one.indicator for theme in themes for one in theme.supports)

    def made(size: int = 3, **moved: Sequence[float]) -> dict[str, list[float]]:
        return {name: list(moved.get(name, [FRANCE] * size)) for name in names}

    return made
