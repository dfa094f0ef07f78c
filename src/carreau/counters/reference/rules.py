"""The pages of the rules: the tree of errors, and the policies under which products leave the house."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from carreau.counters.reference.declared import policy_cells
from carreau.counters.reference.markdown import anchor, page, table
from carreau.errors import CarreauError


def errors_page() -> str:
    """Every kind of error: how it begins, its exit code, whether trying again helps, what it means."""
    rows = [
        [
            f"`{kind.__name__}`",
            kind.kind,
            str(kind.exit_code),
            "oui" if kind.retry_helps else "non",
            _meaning(kind),
        ]
        for kind in _kinds(CarreauError)
    ]
    return page(
        "Les erreurs",
        "Une erreur dit toujours ce qui a été reçu, ce qui était attendu et ce qu'il y a à faire. En Python, "
        "toutes descendent de `carreau.errors.CarreauError`.",
        table(["classe", "commence par", "code", "réessayer aide", "sens"], rows),
    )


def _kinds(root: type[CarreauError]) -> Iterator[type[CarreauError]]:
    """The tree of ``carreau.errors``, from the root down."""
    yield root
    for kind in sorted(root.__subclasses__(), key=lambda kind: kind.__name__):
        if kind.__module__ == CarreauError.__module__:
            yield from _kinds(kind)


def _meaning(kind: type[CarreauError]) -> str:
    """The first sentence of what a kind of error stands for."""
    return inspect.cleandoc(kind.__doc__ or "").partition("\n")[0]


def policies_page(products: Sequence[Mapping[str, Any]]) -> str:
    """The policy of each product: by which route it leaves, what is hidden, for which purposes."""
    rows = [
        [anchor(p["id"], f"products/{p['id']}.md"), *policy_cells(p["policy"])]
        for p in products
        if p.get("policy")
    ]
    return page(
        "Les politiques de sortie",
        "Aucun produit ne sort sans politique. `OPEN` : les chiffres sont déjà publics ; les marques du "
        "secret statistique sont gardées, et un chiffre dont le dénominateur est trop petit est masqué, avec "
        "sa raison.",
        table(["produit", "voie", "seuil", "usages"], rows),
    )
