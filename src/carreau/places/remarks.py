"""Remarks: one French sentence per thing met on the way, agreed with its number; none for nothing."""

from __future__ import annotations

from typing import Final

from carreau.typography import number

_AGREED: Final = {  # what is written between braces: after one, after several
    "s": ("", "s"),
    "x": ("", "x"),
    "leur": ("sa", "leur"),
    "ont": ("a", "ont"),
    "sont": ("est", "sont"),
    "prennent": ("prend", "prennent"),
    "portent": ("porte", "portent"),
    "existent": ("existe", "existent"),
}


def counted(count: float, sentence: str) -> tuple[str, ...]:
    """The sentence after its number, agreed with it; nothing when the number rounds to 0.

    ``{s}`` is the mark of the plural; ``{ont}``, ``{sont}``, ``{prennent}``, ``{portent}`` are verbs.
    Thousands are parted by a narrow no-break space.

    >>> counted(1, "zone{s} {ont} été réparée{s}"), counted(0, "zone{s}")
    (('1 zone a été réparée',), ())
    >>> counted(2100, "zone{s} {ont} été réparée{s}")
    ('2\\u202f100 zones ont été réparées',)
    """
    whole = round(count)
    if not whole:
        return ()
    words = {word: forms[whole != 1] for word, forms in _AGREED.items()}
    return (f"{number(whole)} " + sentence.format(**words),)


def agreed(count: float, noun: str) -> str:
    """A number and its noun, agreed with it: for a summary, where zero is said too.

    >>> agreed(1, "fichier{s}"), agreed(0, "table{s}"), agreed(2, "table{s}")
    ('1 fichier', '0 table', '2 tables')
    """
    return next(iter(counted(count, noun)), f"0 {noun.format(s='')}")
