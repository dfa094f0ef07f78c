"""Carreau: a data house under one roof. ``carreau.open()`` gives a home, and a home has the seven verbs.

>>> import carreau
>>> sorted(carreau.__all__)
['CarreauError', 'Home', 'Territory', 'open']
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from carreau.errors import CarreauError
from carreau.terms import Territory

if TYPE_CHECKING:
    from carreau.house import Home

__all__ = ["CarreauError", "Home", "Territory", "open"]


def open(home: Path | str | None = None, mirror: Path | str | None = None) -> Home:
    """The home at ``home`` (else ``CARREAU_HOME``, else the user's data folder).

    ``mirror`` is a folder or an address where published files are looked for by their names.
    """
    from carreau.house import open_home

    return open_home(home, mirror)


def __getattr__(name: str) -> Any:
    """``Home``, imported when first asked for: it brings every room with it."""
    if name == "Home":
        from carreau.house import Home

        return Home
    raise AttributeError(f"module 'carreau' has no attribute {name!r}")
