"""The pages: where those that were built stand.

They are built from web/ by hatch_build.py when the package is, and travel in it; nothing of them is committed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from carreau.errors import Missing

__all__ = ["STATIC", "built_pages"]

STATIC: Final = Path(__file__).with_name("static")
"""The folder of the built pages: index.html, its scripts and styles under assets/."""


def built_pages(folder: Path = STATIC) -> Path:
    """The folder of the built pages, which holds at least ``index.html``.

    Raises:
        Missing: nothing was built, as in a tree that was never installed.

    >>> built_pages(Path("nowhere"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    carreau.errors.Missing: Manquant : Les pages de Carreau ne sont pas construites...
    """
    if not (folder / "index.html").is_file():
        raise Missing(
            "Les pages de Carreau ne sont pas construites",
            given=str(folder),
            expected="le dossier des pages, avec index.html",
            advice="pip install . (ou pip install -e .) les construit",
        )
    return folder
