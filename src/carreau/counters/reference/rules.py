"""The pages of the rules: the tree of errors, and the policies under which products leave the house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from carreau.counters.reference.declared import policy_cells
from carreau.counters.reference.markdown import anchor, page, table
from carreau.errors import CarreauError

_MEANINGS: Final[Mapping[str, str]] = {
    "CarreauError": "la racine : toute erreur prévue",
    "Refused": "une règle l'interdit ; elle est nommée, avec le chemin permis vers le même but",
    "Missing": "quelque chose d'attendu n'est pas là : un fichier, une colonne, un contour, une source",
    "Unknown": "ce qui est nommé n'existe pas ; des noms proches sont proposés",
    "Broken": "quelque chose est là sans qu'on puisse s'y fier : tronqué, altéré, mal formé, contradictoire",
    "Retry": "l'échec est passager (réseau, disque plein, verrou) : réessayer aide",
}


def errors_page() -> str:
    """Every kind of error: how it begins, its exit code, whether trying again helps, what it means."""
    rows = [
        [
            f"`{kind.__name__}`",
            kind.kind,
            str(kind.exit_code),
            "oui" if kind.retry_helps else "non",
            _MEANINGS[kind.__name__],
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
