"""What a product declares of itself in ``product.toml``, and the Draft: a built table that cannot leave the house.

A product is a folder of ``carreau.products`` that holds ``product.toml``, ``build.py`` and ``card.md``.
It is discovered: no list names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from carreau.sources import Fetched
from carreau.terms import Schema, Territory


@dataclass(frozen=True, slots=True)
class Policy:
    """What the guard must hold a product to: whom it is about, the smallest group, the purposes it may serve.

    ``route`` is ``OPEN`` (figures already public, secrecy marks kept). ``k`` is the smallest denominator, in
    ``subject`` units, under which a share or a mean is hidden.
    """

    route: str
    subject: str
    k: int
    purposes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A product as its ``product.toml`` declares it; ``facts`` is the whole of the file, for its own ``build.py``."""

    id: str
    title: str
    description: str
    grain: str
    sources: tuple[str, ...]
    policy: Policy
    card: str
    facts: Mapping[str, Any]
    folder: Path


@dataclass(frozen=True, slots=True)
class Input:
    """One published file that a Draft was made from: which source, its name, digest, vintage and status."""

    source: str
    name: str
    digest: str
    vintage: str
    status: str


@dataclass(frozen=True, slots=True)
class Handed:
    """A source table handed to a product: what it is made from, the file, and how to read it.

    ``read(columns, filters)`` gives the table, or some of its columns, or the rows that pass all the filters
    (column, operator, value). ``remarks`` are what the reader of the source met, in French.
    """

    input: Input
    file: Fetched
    read: Callable[..., pa.Table]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a product that is made from another's release: where, at which level, with which choices.

    ``choices`` holds one value per entry of ``[choices]``: what was given, else its default.
    """

    territory: Territory
    level: str
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A release as another product reads it: what left the guard, small groups hidden, and nothing else.

    ``table`` has the columns of ``schema``, without geometry; ``geometry`` holds the key and ``geometry`` (WKB,
    EPSG:4326) of the rows that have a contour; ``facts`` is the declaration of the product read. The last of
    ``lineage`` is the release itself.
    """

    schema: Schema
    table: pa.Table
    geometry: pa.Table
    facts: Mapping[str, Any]
    lineage: tuple[Input, ...]
    remarks: tuple[str, ...] = ()


Hands = Mapping[str, tuple[Handed, ...]]
Keep = Callable[[str, Callable[[], pa.Table]], pa.Table]


@dataclass(frozen=True, slots=True)
class Draft:
    """A built table with all that is needed to judge it; it has no encoder: only the guard lets figures out.

    ``table`` has the columns of ``schema``, one row per what ``schema.rows`` says, sorted by its key.
    Each indicator X stands with ``X_marge``, ``X_note``, ``X_statut`` (null when shown, else the French reason why X is
    null) and, when X is a share, ``X_nombre`` (numerator), ``X_base`` (denominator), ``X_ecart_commune``,
    ``X_ecart_departement``, ``X_ecart_france``; every one of these columns has ``of = "X"``, and X itself
    ``of = "X_base"`` when it is a share. ``geometry`` holds ``bv_id`` and ``geometry`` (WKB, EPSG:4326) for the rows
    that have a contour. ``contributors`` names the column that counts the distinct persons of a row.
    ``coverage`` says what was carried and what was lost, in plain JSON values.
    """

    product: Product
    territory: Territory
    schema: Schema
    table: pa.Table
    geometry: pa.Table
    contributors: str
    lineage: tuple[Input, ...]
    remarks: tuple[str, ...] = ()
    coverage: Mapping[str, Any] = field(default_factory=dict)
