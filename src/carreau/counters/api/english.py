"""The language of an answer: French, and beside it the English of each of its texts when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Query

from carreau.counters.api.desk import Desk
from carreau.house.english import book_of, english_of

ENGLISH: Final = "en"
Language = Annotated[
    Literal["fr", "en"],
    Query(description="« en » : la réponse porte aussi `english`, l'anglais de chacun de ses textes par son français"),
]


def told(desk: Desk, facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The facts of an answer; in English, with the English of their texts beside them, by the French."""
    if language != ENGLISH:
        return dict(facts)
    book = book_of(desk.home.product_list, desk.home.source_list)
    return {**facts, "english": english_of(book, facts)}
