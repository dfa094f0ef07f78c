"""A small Draft with all that a real one has: two shares, a count, reasons, three rows, contours for two of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely

from carreau.guard import Release, Signer, release
from carreau.products.declare import Draft, Input, Policy, Product
from carreau.sources.declare import ARROW_TYPES
from carreau.terms import Column, Provenance, Role, Schema, Territory

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
CENSUS = Provenance("insee_census", "RP 2022", "adresses", "facsimile")

POLICY = Policy("OPEN", "personne", 11, ("recherche", "connaissance du territoire"))


def product(policy: Policy | None = POLICY) -> Product:
    return Product(
        "essai", "Profil d'essai", "Un profil pour les essais.", "bureau de vote", ("insee_census",),
        policy, "# Carte\n\nUne **carte** d'essai.", {}, Path(),  # type: ignore[arg-type] # a missing policy is tested
    )  # fmt: skip


def indicator(name: str, share: bool, **facts: Any) -> list[Column]:
    unit = "%" if share else "personnes"
    role = Role.SHARE if share else Role.COUNT
    about = {"of": name, "theme": "population", "provenance": CENSUS}
    title = facts.get("title", name.replace("_", " ").capitalize())
    columns = [
        Column(name, "number", f"Description de {name}", unit, role, f"{name}_base" if share else "", title=title,
               theme="population", provenance=CENSUS),
        Column(f"{name}_marge", "number", f"Marge de {name}", unit, Role.MARGIN, **about),
        Column(f"{name}_note", "text", f"Note de {name}", "", Role.STATUS, **about),
        Column(f"{name}_statut", "text", f"Raison de {name}", "", Role.STATUS, **about),
    ]  # fmt: skip
    if share:
        columns += [
            Column(f"{name}_nombre", "number", f"Numérateur de {name}", "personnes", Role.COUNT, **about),
            Column(f"{name}_base", "number", f"Dénominateur de {name}", "personnes", Role.COUNT, **about),
            *(
                Column(f"{name}_ecart_{zone}", "number", f"Écart de {name} : {zone}", "points", **about)
                for zone in ("commune", "departement", "france")
            ),
        ]
    return columns


SCHEMA = Schema(
    "une ligne par bureau de vote",
    (
        Column("bv_id", "text", "Code du bureau", role=Role.KEY, nullable=False, title="Bureau"),
        Column("code_commune", "text", "Code de la commune", role=Role.PLACE, title="Commune"),
        Column("libelle_commune", "text", "Nom de la commune", role=Role.PLACE, title="Nom"),
        Column("inscrits", "integer", "Électeurs inscrits", "électeurs", Role.COUNT, title="Inscrits"),
        *indicator("population", share=False),
        *indicator("part_cadres", share=True),
        *indicator("part_jeunes", share=True),
    ),
)


def values(**changes: list[Any]) -> dict[str, list[Any]]:
    """The columns of three stations: one whole, one whose base is exactly k, one under k and secret in part."""
    rows: dict[str, list[Any]] = {
        "bv_id": ["96001_0001", "96001_0002", "96001_0003"],
        "code_commune": ["96001"] * 3,
        "libelle_commune": ["Carreville"] * 3,
        "inscrits": [900, 12, 8],
        "population": [1200.5, 14.0, None],
        "population_statut": [None, None, "s : secret statistique de l'éditeur"],
        "part_cadres": [31.25, 50.0, 60.0],
        "part_cadres_base": [1000.0, 11.0, 10.999],
        "part_jeunes": [-0.5, None, 20.0],
        "part_jeunes_base": [1200.5, 5.0, None],
        "part_jeunes_statut": [None, "ns : non significatif", None],
    }
    for name in ("population", "part_cadres", "part_jeunes"):
        rows.setdefault(f"{name}_statut", [None] * 3)
        rows[f"{name}_marge"] = [3.0, 12.5, 20.0]
        rows[f"{name}_note"] = ["A", "C", "E"]
        rows[f"{name}_nombre"] = [312.5, 5.5, 6.0]
        for zone in ("commune", "departement", "france"):
            rows[f"{name}_ecart_{zone}"] = [1.5, -20.0, 30.25]
    return {**rows, **changes}


def table_of(schema: Schema, rows: dict[str, list[Any]]) -> pa.Table:
    arrays = [pa.array(rows[column.name], ARROW_TYPES[column.type]) for column in schema.columns]
    return pa.table(arrays, names=list(schema.names))


def contours() -> pa.Table:
    squares = [shapely.box(4.8, 45.7, 4.9, 45.8), shapely.box(4.9, 45.7, 5.0, 45.8)]
    return pa.table({"bv_id": ["96001_0002", "96001_0001"], "geometry": shapely.to_wkb(squares)})


def draft_of(
    rows: dict[str, list[Any]] | None = None,
    schema: Schema = SCHEMA,
    policy: Policy | None = POLICY,
    geometry: pa.Table | None = None,
) -> Draft:
    table = table_of(schema, rows or values())
    lineage = (
        Input("insee_census", "base-ic-evol-struct-pop-2022_csv.zip", "ab" * 32, "RP 2022", "facsimile"),
        Input("inconnue", "autre.csv", "cd" * 32, "2021", "original"),
    )
    contour = contours() if geometry is None else geometry
    territory = Territory.parse("com:96001")
    return Draft(product(policy), territory, schema, table, contour, "inscrits", lineage, ("3 lignes lues.",), {"n": 3})


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.of(tmp_path_factory.mktemp("cle"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """Another house."""
    return Signer.of(tmp_path_factory.mktemp("autre"))


@pytest.fixture(scope="session")
def draft() -> Callable[..., Draft]:
    return draft_of


@pytest.fixture(scope="session")
def rows() -> Callable[..., dict[str, list[Any]]]:
    return values


@pytest.fixture(scope="session")
def released(signer: Signer) -> Callable[..., Release]:
    def make(**draft: Any) -> Release:
        return release(draft_of(**draft), signer=signer, made_at=AT, previous="")

    return make


@pytest.fixture(scope="session")
def whole(released: Callable[..., Release]) -> Release:
    """The release of the three stations."""
    return released()
