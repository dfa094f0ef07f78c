"""What a server says of the products made from a release: which there are, and their answers on what is served.

The served release is the raw material: what it holds for the territory, and nothing that it does not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from carreau.errors import Missing
from carreau.guard import Release
from carreau.house import reading
from carreau.house.derived import Question, derived_products
from carreau.house.home import Home
from carreau.house.served import Served
from carreau.products import Product

MOST_STATIONS: Final = 8_000  # a larger territory takes minutes: it is made from the command line
OF_ELECTIONS: Final = ("election", "from", "to")  # choices whose values are the elections that are served


def derived_facts(home: Home, served: Served) -> list[dict[str, Any]]:
    """Each product made from the served one: title, description, command, levels, choices and their values."""
    products = derived_products(home.product_list)
    return [_product_facts(product, served) for product in products.values() if _reads(product, served)]


def served_answer(home: Home, served: Served, question: Question) -> dict[str, Any]:
    """The answer to ``question`` as plain values, with the name of its territory."""
    facts = home.answered(question, read=_material(served, question))
    return {**facts, "territory": question.territory, "name": reading.name_of(served, question.territory)}


def served_release(home: Home, served: Served, question: Question) -> Release:
    """The Release that answers ``question``, for a file to take away."""
    return home.answer(question, read=_material(served, question))


def _reads(product: Product, served: Served) -> bool:
    """Whether a product is made from what is served."""
    return bool(product.facts["reads"]["product"] == served.product)


def _product_facts(product: Product, served: Served) -> dict[str, Any]:
    """One product as a page needs it to ask."""
    facts = product.facts
    return {
        "product": product.id,
        "title": product.title,
        "title_en": str(facts.get("title_en", product.title)),
        "description": product.description,
        "description_en": str(facts.get("description_en", product.description)),
        "command": str(facts.get("command", {}).get("name", product.id)),
        "levels": [
            {"id": level, "title": str(told["title"]), "title_en": str(told.get("title_en", told["title"]))}
            for level, told in facts["levels"].items()
        ],
        "choices": [_choice(name, declared, served) for name, declared in facts.get("choices", {}).items()],
    }


def _choice(name: str, declared: Mapping[str, Any], served: Served) -> dict[str, Any]:
    """One choice with its values: those declared, or the elections that are served."""
    if name in OF_ELECTIONS:
        told = reading.catalogue(served)["elections"]
        values = [{"value": one["id"], "title": one["title"], "title_en": one["title_en"]} for one in told]
    else:
        words = declared.get("titles", {})
        english = {**words, **declared.get("titles_en", {})}
        values = [
            {"value": str(one), "title": str(words.get(one, one)), "title_en": str(english.get(one, one))}
            for one in declared.get("values", ())
        ]
    return {
        "name": name,
        "title": str(declared["title"]),
        "title_en": str(declared.get("title_en", declared["title"])),
        "help": str(declared["help"]),
        "default": str(declared.get("default", "")),
        "values": values,
    }


def _material(served: Served, question: Question) -> Release:
    """The stations of the territory in what is served; those of its commune when it is one station."""
    kind, _, code = question.territory.partition(":")
    if question.territory in {served.territory, "france"}:
        found = served.release
    else:
        around = f"com:{code[:5]}" if kind == "bv" else question.territory
        rows = reading.rows_in(served, "bureau", (around,))
        codes = reading.places(served, "bureau").codes
        found = served.release.slice(where={"bv_id": [codes[row] for row in rows]})
    if found.row_count > MOST_STATIONS:
        raise Missing(
            "ce territoire est trop grand pour être lu ici",
            given=f"{question.territory} : {found.row_count} bureaux de vote",
            expected=f"{MOST_STATIONS} bureaux de vote au plus",
            advice=f"demander un département, ou en ligne de commande : carreau … {question.territory} -o FICHIER.xlsx",
        )
    return found
