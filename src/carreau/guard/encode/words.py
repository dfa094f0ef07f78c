"""The words of a page in the reader's language, and the titles of columns."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from carreau.guard.content import Content
from carreau.guard.presentation import Presentation
from carreau.terms import Column


@cache
def texts() -> Mapping[str, Any]:
    """The sentences of ``words.toml``."""
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says in one language: its own sentences, the titles of columns and of themes."""

    language: str
    own: Mapping[str, Any]
    titles: Mapping[str, str]
    themes: Mapping[str, str]

    @classmethod
    def of(cls, content: Content, shown: Presentation) -> Words:
        """The words for ``content`` as it is to be shown; a title that has no English stays in French."""
        themes, known = dict(content.document.get("themes", {})), texts()[shown.language]
        own = known if "bv_id" in content.schema.names else {**known, **known["elsewhere"]}
        if shown.language == "fr":
            return cls("fr", own, {}, themes)
        return cls("en", own, {**known["columns"], **shown.titles}, {**themes, **known["themes"]})

    def __getitem__(self, name: str) -> str:
        return str(self.own[name])

    def title(self, column: Column) -> str:
        """The title of a column."""
        return self.titles.get(column.name) or column.title or column.name

    def theme(self, name: str) -> str:
        """The title of a theme."""
        return self.themes.get(name) or name.capitalize()

    def reason(self, status: str) -> str:
        """Why a figure is not shown; in French where nobody has put it in English."""
        return str(self.own.get("reasons", {}).get(status, status))

    def place(self, attached: str) -> str:
        """Where a station is, in words."""
        return str(self.own.get("places", {}).get(attached, attached))
