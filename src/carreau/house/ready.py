"""Ready analyses and English titles: what a product declares, completed by the columns of a release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

ELECTION: Final = re.compile(r"([a-z]+)_(\d{4})(?:_(t\d))?_(?=[a-z])")


def analyses_of(facts: Mapping[str, Any], names: Sequence[str]) -> list[dict[str, Any]]:
    """The ready analyses of a product that a release can show, in their order; ``names`` are its indicators.

    Each has id, title, title_en, kind, leading, columns (at least one, all in ``names``), description, description_en.
    One declared for each election comes once per election, the latest first.
    """
    elections = list(dict.fromkeys(held[0].rstrip("_") for name in names if (held := ELECTION.match(name))))
    latest = sorted(elections, key=lambda one: (one.split("_")[1], one), reverse=True)
    found: list[dict[str, Any]] = []
    for ident, declared in facts.get("analyses", {}).items():
        for election in latest if declared.get("each") == "election" else [""]:
            made = _analysis(ident, declared, election, facts)
            made["columns"] = list(_expanded(made["columns"], names))
            found += [made] if made["columns"] else []
    return found


def english_title(facts: Mapping[str, Any], name: str, french: str) -> str:
    """The English title of the indicator ``name``; what no table of ``[english]`` knows keeps its ``french`` title.

    A column of an election reads like « Turnout (Presidential election 2022, 1st round) »; candidates keep their name.
    """
    english = facts.get("english", {})
    held = ELECTION.match(name)
    if held is None:
        return str(english.get("indicators", {}).get(name, french))
    what = name[held.end() :]
    own = english.get("measures", {}).get(what) or french.rpartition(" (")[0].replace("Nuance ", "Label ") or french
    return f"{own} ({election_title(facts, held[0].rstrip('_'), 'english')})"


def election_title(facts: Mapping[str, Any], election: str, language: str = "elections") -> str:
    """The name of an election (``pres_2022_t1``) in French, or with ``"english"`` in English."""
    family, year, turn = (*election.split("_"), "", "")[:3]
    words = facts.get(language, {})
    title = f"{words.get('families', {}).get(family, family)} {year}"
    single = family in facts.get("elections", {}).get("single_round", ())
    return title if single or not turn else f"{title}, {words.get('rounds', {}).get(turn, turn)}"


def _analysis(ident: str, declared: Mapping[str, Any], election: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One analysis as declared, its words completed by the election that it is about, if any."""
    french, english = (election_title(facts, election, language) for language in ("elections", "english"))
    return {
        "id": f"{ident}_{election}" if election else ident,
        "title": declared["title"].replace("{name}", french),
        "title_en": declared["title_en"].replace("{name}", english),
        "kind": declared["kind"],
        "leading": bool(declared.get("leading", False)),
        "columns": [column.replace("{election}", election) for column in declared["columns"]],
        "description": declared["description"],
        "description_en": declared.get("description_en", declared["description"]),
    }


def _expanded(patterns: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The indicators that each pattern names, in the order of the patterns then of the release."""
    for pattern in patterns:
        yield from (name for name in names if fnmatchcase(name, pattern))
