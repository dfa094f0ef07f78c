"""The synthetic town: a place where everything is known, written as the official publishers would write it.

About 30,000 inhabitants (or as many as asked) live along streets, in homes, in households; they work, earn,
draw benefits and vote. :func:`town` makes them, :func:`written` writes the mirror of files that a publisher
would make of them (sampled, rounded, hidden, mislaid as in life), and ``Town.truth`` keeps what those files
only estimate. Nobody in it exists: department 96 is not in use, and the town lies at sea.

>>> from carreau.testing.town import town
>>> place = town(people=2_000, seed=1)
>>> place.truth.num_rows, sum(place.truth["P_POP"].to_pylist())
(25, 2000)
"""

from __future__ import annotations

from carreau.testing.town.make import town
from carreau.testing.town.mirror import written
from carreau.testing.town.model import Town

__all__ = ["Town", "town", "written"]
