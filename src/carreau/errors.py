"""What can go wrong, in one tree, said so that a reader knows what to do.

    CarreauError
    ├── Refused   exit 3   a rule forbids it: the rule is named, and the lawful way to the same end
    ├── Missing   exit 1   something that was expected is not there (a file, a column, a contour)
    │   └── Unknown  exit 2   the caller named something that does not exist: near names are proposed
    ├── Broken    exit 1   something is there but cannot be trusted (truncated, altered, malformed)
    └── Retry     exit 1   it failed now and may succeed later: trying again helps

Every error carries three sentences in French (the product speaks French): what was given, what was
expected, what to do. ``str(error)`` prints them on four lines; ``error.as_dict()`` is their machine form.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar

_ARTICLES = {"commune": "la ", "source": "la ", "circonscription": "la ", "colonne": "la ", "EPCI": "l'"}


class CarreauError(Exception):
    """The root of the tree: one sentence of what happened, and what was given, expected, to be done."""

    kind: ClassVar[str] = "Erreur"
    exit_code: ClassVar[int] = 1
    retry_helps: ClassVar[bool] = False

    def __init__(self, what: str, *, given: str = "", expected: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.given = given
        self.expected = expected
        self.advice = advice

    def __str__(self) -> str:
        lines = [f"{self.kind} : {self.what}"]
        lines += [
            f"  {label:<9}: {sentence}"
            for label, sentence in (
                ("reçu", self.given),
                ("attendu", self.expected),
                ("à faire", self.advice),
            )
            if sentence
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The same facts for a program: kind, what, given, expected, advice, exit code, whether a retry helps."""
        return {
            "error": type(self).__name__.lower(),
            "what": self.what,
            "given": self.given,
            "expected": self.expected,
            "advice": self.advice,
            "exit_code": self.exit_code,
            "retry_helps": self.retry_helps,
        }


class Refused(CarreauError):
    """A rule forbids it: ``what`` names the rule, ``advice`` the lawful way to the same end."""

    kind = "Refusé"
    exit_code = 3


class Missing(CarreauError):
    """Something expected is not there: a file, a column, a contour, a source."""

    kind = "Manquant"


class Unknown(Missing):
    """The caller named something that does not exist; near names are proposed when there are some.

    >>> print(Unknown.named("69124", "commune", ["69123", "69125", "75056"], "carreau sources"))
    Inconnu : la commune « 69124 » n'existe pas
      reçu     : 69124
      attendu  : noms proches : 69125, 69123
      à faire  : carreau sources
    """

    kind = "Inconnu"
    exit_code = 2

    @classmethod
    def named(cls, given: str, noun: str, known: Iterable[str], advice: str) -> Unknown:
        """The error for an unknown ``noun`` called ``given``, with up to five near names out of ``known``."""
        names = list(known)
        near = difflib.get_close_matches(given, names, n=5, cutoff=0.6) or sorted(names)[:5]
        article = _ARTICLES.get(noun, "le ")
        return cls(
            f"{article}{noun} « {given} » n'existe pas",
            given=given,
            expected=f"noms proches : {', '.join(near)}" if near else "aucun nom n'est connu",
            advice=advice,
        )


class Broken(CarreauError):
    """Something is there but cannot be trusted: truncated, altered, malformed, contradictory."""

    kind = "Inutilisable"


class Retry(CarreauError):
    """It failed now and may succeed later (network, full disk, a lock): trying again helps."""

    kind = "Réessayer"
    retry_helps = True
