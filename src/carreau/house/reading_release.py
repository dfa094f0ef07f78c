"""The few readings of a Release that a server makes."""

from __future__ import annotations

from typing import Any

import numpy as np

from carreau.errors import Unknown
from carreau.guard import Release


def vector(release: Release, column: str) -> bytes:
    """One column as 32-bit floats."""
    known = release.schema.column(column)
    values = release.arrow()[column]
    if column.endswith("_note"):
        grades = {grade: float(number) for number, grade in enumerate("ABCDE", 1)}
        return np.array([grades.get(value, np.nan) for value in values.to_pylist()], "<f4").tobytes()
    if known.type == "text":
        raise Unknown(f"la colonne « {column} » n'est pas un nombre", given=column, expected="un chiffre ou une note")
    return values.to_numpy().astype("<f4").tobytes()


def one_row(release: Release, key: str) -> dict[str, Any]:
    """One row by its key."""
    name = release.schema.names[0]
    rows = release.slice(where={name: key}).rows()
    if not rows:
        raise Unknown.named(key, "lieu", [], "chercher un lieu : GET /api/v1/search?q=…")
    return rows[0]
