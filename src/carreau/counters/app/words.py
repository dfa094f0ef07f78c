"""What is wrong with a parameter, in French: the words of pydantic are in English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

EXPECTED: Final[Mapping[str, str]] = {
    "missing": "une valeur : elle manque",
    "int_parsing": "un nombre entier",
    "int_type": "un nombre entier",
    "int_from_float": "un nombre entier",
    "int_parsing_size": "un nombre entier plus petit",
    "float_parsing": "un nombre",
    "bool_parsing": "true ou false",
    "bool_type": "true ou false",
    "string_type": "un texte",
    "list_type": "une liste",
    "dict_type": "un objet JSON",
    "model_type": "un objet JSON",
    "model_attributes_type": "un objet JSON",
    "json_invalid": "du JSON",
    "extra_forbidden": "aucun autre champ",
    "string_pattern_mismatch": "une autre forme",
}


def in_french(errors: Sequence[Any]) -> dict[str, str]:
    """The sentences of a problem out of the errors of a validation: what, given, expected, advice."""
    first = errors[0] if errors else {"loc": ("query",), "type": ""}
    where = [str(part) for part in first["loc"] if part not in {"query", "body", "path", "header"}]
    name = ".".join(where) or "la demande"
    return {
        "detail": f"« {name} » n'a pas la forme attendue" if where else "la demande n'a pas la forme attendue",
        "given": repr(first.get("input", ""))[:200],
        "expected": expected(first),
        "advice": "voir la description : /api/v1/docs",
    }


def expected(error: Mapping[str, Any]) -> str:
    """What was expected where a validation failed."""
    kind, limits = str(error["type"]), error.get("ctx") or {}
    if kind in {"string_too_long", "too_long"}:
        return f"au plus {limits.get('max_length')}"
    if kind in {"string_too_short", "too_short"}:
        return f"au moins {limits.get('min_length')}"
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"au moins {limits['ge']}" if "ge" in limits else f"au plus {limits.get('le')}"
    if kind == "literal_error":
        return str(limits.get("expected", "")).replace(" or ", " ou ")
    return EXPECTED.get(kind, "une valeur de la forme décrite")
