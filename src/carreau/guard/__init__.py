"""The guard: the only way out of the house.

:func:`release` judges a Draft against the policy of its product and makes a :class:`Release`, or refuses and says why.
A Release is the only thing that can be encoded; every file that leaves holds a certificate, signed by the house and
chained to the one before, which :func:`verified` checks offline.
"""

from __future__ import annotations

from carreau.guard._seal import Signer
from carreau.guard.encode import FORMATS, format_of
from carreau.guard.opening import opened
from carreau.guard.presentation import Presentation
from carreau.guard.releases import Release, release
from carreau.guard.restore import restored
from carreau.guard.verify import Verdict, verified

__all__ = [
    "FORMATS",
    "Presentation",
    "Release",
    "Signer",
    "Verdict",
    "format_of",
    "opened",
    "release",
    "restored",
    "verified",
]
