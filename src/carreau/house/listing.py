"""What a home can list: its sources, products, places and ledger, as plain values."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from carreau.errors import Missing
from carreau.house.ready import english_title
from carreau.house.workspace import Workspace
from carreau.products import Hands, Product
from carreau.sources import Fetched, Published, Source
from carreau.sources.transfer import Transfer, fetched
from carreau.store import Ledger
from carreau.terms import Role, Schema

LISTS: Final = {
    "bureaux": ("com", "code_commune", "libelle_commune"),
    "epci": ("epci", "code_epci", "libelle_epci"),
}


def sources_of(sources: Mapping[str, Source], workspace: Workspace) -> list[dict[str, Any]]:
    """Every source with its files and tables; a file at hand says its status and digest."""
    return [
        {
            "id": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "licence": source.licence,
            "url": source.url,
            "description": source.description.strip(),
            "personal": source.personal,
            "basis": source.basis,
            "files": [
                {
                    "name": published.name,
                    "vintage": published.vintage,
                    "fetched": at_hand(source, published, workspace),
                }
                for published in source.files
            ],
            "tables": [
                {
                    "name": name,
                    "rows": schema.rows,
                    "columns": [
                        {"name": c.name, "type": c.type, "unit": c.unit, "description": c.description}
                        for c in schema.columns
                    ],
                }
                for name, schema in source.tables.items()
            ],
        }
        for source in sources.values()
    ]


def at_hand(source: Source, published: Published, workspace: Workspace) -> list[dict[str, Any]]:
    """The files of a published entry that already rest in the workspace."""
    try:
        files = fetched(source, published, Transfer(workspace.shelf, lambda: datetime.now(UTC), online=False))
    except Missing:
        return []
    return [fetched_facts(file) for file in files]


def fetched_facts(file: Fetched) -> dict[str, Any]:
    """What is known of a file at rest."""
    return {
        "source": file.source.id,
        "name": file.name,
        "vintage": file.published.vintage,
        "digest": file.digest,
        "status": file.status,
        "bytes": file.path.stat().st_size,
        "fetched_at": file.fetched_at.isoformat(),
    }


def products_of(products: Mapping[str, Product]) -> list[dict[str, Any]]:
    """Every product with its declared indicators, levels of places, ready analyses, and how it is asked."""
    return [
        {
            "id": product.id,
            "title": product.title,
            "description": product.description,
            "grain": product.grain,
            "sources": list(product.sources),
            "policy": {
                "route": product.policy.route,
                "subject": product.policy.subject,
                "k": product.policy.k,
                "purposes": list(product.policy.purposes),
            },
            "indicators": [
                {
                    "name": name,
                    **{key: entry.get(key, "") for key in ("title", "theme", "unit", "description")},
                    "title_en": english_title(product.facts, name, entry.get("title", "")),
                }
                for name, entry in product.facts.get("indicators", {}).items()
            ],
            "levels": [{"id": level, **facts} for level, facts in product.facts.get("levels", {}).items()],
            "analyses": [{"id": analysis, **facts} for analysis, facts in product.facts.get("analyses", {}).items()],
            "command": dict(product.facts.get("command", {})),
            "choices": [{"id": choice, **facts} for choice, facts in product.facts.get("choices", {}).items()],
        }
        for product in products.values()
    ]


def indicator_count(schema: Schema) -> int:
    """How many indicators a schema holds: columns that have a margin beside them."""
    return len({column.of for column in schema.columns if column.role is Role.MARGIN})


def ledger_of(ledger: Ledger) -> list[dict[str, Any]]:
    """The entries of a ledger, oldest first, each with whether the chain holds up to it."""
    chain = ledger.verified()
    return [
        {
            "sequence": entry.sequence,
            "at": entry.at.isoformat(),
            "verb": entry.verb,
            "facts": dict(entry.facts),
            "hash": entry.hash,
            "holds": chain.broken_at is None or entry.sequence < chain.broken_at,
        }
        for entry in ledger.entries()
    ]


def territories_of(hands: Hands, text: str) -> list[dict[str, Any]]:
    """The communes and EPCI whose name or code resembles ``text``, the nearest first, thirty at most."""
    names: dict[tuple[str, str], str] = {}
    for alias, (kind, code, label) in LISTS.items():
        for handed in hands.get(alias, ()):
            table = handed.read([code, label])
            names |= {
                (kind, code): label
                for code, label in zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
            }
    sought = text.casefold().strip()
    scored = [(_likeness(sought, code, label or ""), kind, code, label or "") for (kind, code), label in names.items()]
    best = sorted((entry for entry in scored if entry[0] > 0.6), key=lambda entry: (-entry[0], entry[3], entry[2]))
    return [
        {"territory": f"{kind}:{code}", "kind": kind, "code": code, "name": label} for _, kind, code, label in best[:30]
    ]


def _likeness(sought: str, code: str, label: str) -> float:
    """How near a place is to what is sought: 2 for its code, 1 and more when its name holds it, else their likeness."""
    name = label.casefold()
    if sought in {code.casefold(), name}:
        return 2.0
    if sought in name:
        return 1.0 + len(sought) / max(len(name), 1)
    matcher = difflib.SequenceMatcher(None, sought, name)
    return matcher.ratio() if matcher.real_quick_ratio() > 0.6 and matcher.quick_ratio() > 0.6 else 0.0
