"""The reference, written from the declarations: ``python -m carreau.counters.reference docs/reference``.

Nothing in ``docs/reference`` is written by hand: commands come from the command line, sources, products and
columns from their TOML, errors from their classes. A test writes it again and compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from carreau.counters.reference.commands import commands_page
from carreau.counters.reference.declared import product_page, products_page, source_page, sources_page
from carreau.counters.reference.markdown import anchor, page
from carreau.counters.reference.rules import errors_page, policies_page

__all__ = ["pages", "written"]


def pages(sources: Sequence[Mapping[str, Any]], products: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Every page of the reference by its path, from what the house declares."""
    made = {
        "commands.md": commands_page(),
        "sources.md": sources_page(sources),
        "products.md": products_page(products),
        "policies.md": policies_page(products),
        "errors.md": errors_page(),
    }
    titles = {name: text.partition("\n")[0].removeprefix("# ") for name, text in made.items()}
    links = "\n".join(f"- {anchor(title, name)}" for name, title in titles.items())
    index = page("Référence", "Cette partie est écrite par `make docs`, à partir des déclarations.", links)
    details = {f"sources/{source['id']}.md": source_page(source) for source in sources}
    details |= {f"products/{product['id']}.md": product_page(product) for product in products}
    return {"README.md": index, **made, **details}


def written(texts: Mapping[str, str], folder: Path) -> int:
    """Writes the pages under ``folder``, removes pages no longer made; how many there are comes out."""
    for stale in folder.rglob("*.md"):
        if stale.relative_to(folder).as_posix() not in texts:
            stale.unlink()
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return len(texts)
