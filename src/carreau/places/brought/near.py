"""Codes that are of no place served, with the places whose codes or names come near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from carreau.places.brought.keys import Known

_NEAR: Final = 3
_READ: Final = 5000  # places compared with: those of a department


def near_names(code: str, known: Known) -> list[str]:
    """Up to three places, « code nom », whose code or name comes near ``code``, out of those that start as it does.

    >>> near_names("69124", Known(("69123", "69125"), ("Lyon", "Marcilly")))
    ['69125 Marcilly', '69123 Lyon']
    """
    rows = [place for place, one in enumerate(known.codes) if one[:2] == code[:2]][:_READ]
    names = dict(zip(known.codes, known.names, strict=True))
    codes = difflib.get_close_matches(code, [known.codes[row] for row in rows], _NEAR, 0.6)
    if not codes and not any(sign.isdigit() for sign in code):
        folded = {name.casefold(): one for one, name in reversed(names.items())}
        codes = [folded[name] for name in difflib.get_close_matches(code.casefold(), list(folded), _NEAR, 0.8)]
    return [f"{one} {names[one]}".strip() for one in codes]


def unknown_codes(codes: Iterable[str], known: Known, most: int) -> list[dict[str, object]]:
    """The first ``most`` distinct codes, in order of appearance, each with its near names."""
    distinct = list(dict.fromkeys(codes))[:most]
    return [{"code": code, "near": near_names(code, known)} for code in distinct]
