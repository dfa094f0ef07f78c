"""The products of the house, found by their ``product.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from carreau.errors import Broken
from carreau.products.declare import Policy, Product

_ROOM = Path(__file__).parent


def catalogue(*rooms: Path) -> Mapping[str, Product]:
    """Every declared product by its identifier, in alphabetical order; one entry per folder with a ``product.toml``.

    ``rooms`` are further folders to look in (a seller's own products, a test's toy product).
    """
    folders = [path.parent for room in (_ROOM, *rooms) for path in room.glob("*/product.toml")]
    return MappingProxyType({folder.name: product_of(folder) for folder in sorted(folders, key=lambda one: one.name)})


def product_of(folder: Path) -> Product:
    """The product declared by ``folder``; :class:`~carreau.errors.Broken` names what is wrong in its declaration."""
    try:
        facts = tomllib.loads((folder / "product.toml").read_text("utf-8"))
        policy = facts["policy"]
        return Product(
            id=folder.name,
            title=facts["title"],
            description=facts["description"],
            grain=facts["grain"],
            sources=tuple(dict.fromkeys(entry["source"] for entry in facts["inputs"])),
            policy=Policy(policy["route"], policy["subject"], int(policy["k"]), tuple(policy["purposes"])),
            card=(folder / "card.md").read_text("utf-8"),
            facts=facts,
            folder=folder,
        )
    except (KeyError, TypeError, ValueError, FileNotFoundError) as error:
        raise Broken(
            f"la déclaration du produit « {folder.name} » est incomplète ou illisible",
            given=str(error),
            expected="title, description, grain, [policy] route, subject, k, purposes, [[inputs]], et card.md",
            advice="voir docs/how-to/add-a-product.md",
        ) from error
