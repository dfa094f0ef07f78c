"""The pages of what is declared: one per source, one per product, and their lists.

Facts in, Markdown out. Of a source (``Home.sources``): id, title, publisher, url, licence, description,
personal, basis, files (name, vintage, layout), tables (name, rows, columns: name, type, unit, description).
Of a product (``Home.products``): id, title, description, policy (route, subject, k, purposes), indicators
(name, title, theme, unit, source, description).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from carreau.counters.reference.markdown import anchor, code, page, table

Facts = Mapping[str, Any]

_BESIDE: Final = (
    ("X", "le chiffre"),
    ("X_marge", "demi-largeur de l'intervalle à 90 %, dans la même unité (en points pour une part)"),
    ("X_note", "note de A (sûr) à E (à prendre avec prudence)"),
    ("X_statut", "vide si le chiffre est montré ; sinon, pourquoi il ne l'est pas"),
    ("X_nombre", "pour une part : le numérateur"),
    ("X_base", "pour une part : le dénominateur, ceux sur qui porte le chiffre"),
    ("X_ecart_commune", "pour une part : l'écart avec la commune"),
    ("X_ecart_departement", "pour une part : l'écart avec le département"),
    ("X_ecart_france", "pour une part : l'écart avec la France couverte par la source"),
)


def sources_page(sources: Sequence[Facts]) -> str:
    """The list of the sources, each with its publisher, its licence and a link to its page."""
    rows = [
        [anchor(s["id"], f"sources/{s['id']}.md"), s["title"], s["publisher"], s["licence"]] for s in sources
    ]
    return page(
        "Les sources",
        "Chaque source est un dossier de `src/carreau/sources`, découvert par sa déclaration.",
        table(["source", "titre", "éditeur", "licence"], rows),
    )


def source_page(source: Facts) -> str:
    """One source: who publishes it, its files, its tables and each of their columns."""
    personal = "oui" if source.get("personal") else "non"
    facts = [
        ("éditeur", source["publisher"]),
        ("page de l'éditeur", source.get("url", "")),
        ("licence", source["licence"]),
        ("données personnelles", personal),
        ("base légale", source.get("basis", "")),
    ]
    files = [[code(f["name"]), f.get("vintage", ""), f.get("layout", "")] for f in source["files"]]
    tables = [text for entry in source["tables"] for text in _table(entry)]
    return page(
        f"{source['id']} : {source['title']}",
        source.get("description", ""),
        table(["", ""], facts),
        "## Fichiers",
        table(["nom publié", "millésime", "mise en page"], files),
        "## Tables",
        *tables,
    )


def _table(entry: Facts) -> Iterable[str]:
    """One table of a source: what a row is, and its columns."""
    yield f"### {entry['name']}"
    yield f"{entry['rows'][:1].upper()}{entry['rows'][1:]}."
    columns = [[code(c["name"]), c["type"], c.get("unit", ""), c["description"]] for c in entry["columns"]]
    yield table(["colonne", "type", "unité", "sens"], columns)


def products_page(products: Sequence[Facts]) -> str:
    """The list of the products, each with a link to its page."""
    rows = [
        [anchor(p["id"], f"products/{p['id']}.md"), p["title"], str(len(p["indicators"]) or ""), _command(p)]
        for p in products
    ]
    return page(
        "Les produits",
        "Chaque produit est un dossier de `src/carreau/products`, découvert par sa déclaration.",
        table(["produit", "titre", "indicateurs", "commande"], rows),
    )


def _command(product: Facts) -> str:
    """The command of a reading; the profile's own for the others."""
    return code(f"carreau {product['command']['name']}" if product.get("command") else "carreau profile")


def product_page(product: Facts) -> str:
    """One product: what it is, under which policy it leaves, then how it is asked or each of its indicators."""
    about = _asked(product) if product.get("command") else _indicators(product)
    title = f"{product['id']} : {product['title']}"
    return page(title, product.get("description", ""), _policy_sentence(product), *about)


def _indicators(product: Facts) -> Iterable[str]:
    """Each indicator of a product, by theme, and what stands beside each."""
    themes: dict[str, list[list[str]]] = {}
    for indicator in product["indicators"]:
        row = [
            code(indicator["name"]),
            indicator["title"],
            indicator.get("unit", ""),
            str(indicator.get("source", "")),
        ]
        themes.setdefault(str(indicator["theme"]), []).append([*row, indicator.get("description", "")])
    heads = ["colonne", "titre", "unité", "source", "sens"]
    yield "## À côté de chaque indicateur X"
    yield table(["colonne", "sens"], [[code(name), said] for name, said in _BESIDE])
    yield "## Indicateurs"
    for theme, rows in themes.items():
        yield f"### {theme}"
        yield table(heads, rows)


def _asked(product: Facts) -> Iterable[str]:
    """How a reading is asked: its command, its levels, and its choices with their values."""
    command = product["command"]
    yield str(command["help"])
    yield f"    {command['example']}"
    yield "## Niveaux"
    levels = [[code(level["id"]), level["title"], level["grain"]] for level in product["levels"]]
    yield table(["niveau", "titre", "une ligne"], levels)
    choices = [
        [
            code(f"--{choice['id']}"),
            choice["help"],
            ", ".join(code(value) for value in (*choice.get("values", ()), *choice.get("aliases", {}))),
            code(choice["default"]) if choice.get("default") else "",
        ]
        for choice in product["choices"]
    ]
    if choices:
        yield "## Choix"
        yield table(["choix", "sens", "valeurs", "à défaut"], choices)


def _policy_sentence(product: Facts) -> str:
    """Under which policy the product leaves the house, in one sentence."""
    policy = product.get("policy")
    return (
        f"Politique de sortie : {policy['route']} (voir {anchor('les politiques', '../policies.md')})."
        if policy
        else ""
    )


def policy_cells(policy: Facts) -> tuple[str, str, str]:
    """The route, the threshold in words, and the purposes of a policy."""
    return (
        str(policy["route"]),
        f"moins de {policy['k']} {policy['subject']}s au dénominateur : masqué",
        ", ".join(policy.get("purposes", ())),
    )
