"""What somebody brings, joined to places: which column says where, which figures there are, how they add up.

Pure: a table of text and the codes of the places served come in; one row per place comes out. Nothing here knows who
brought it, or keeps it.
"""

from __future__ import annotations

from carreau.places.brought.joined import Joined, carried, joined_by_codes, joined_by_counts
from carreau.places.brought.keys import Key, Known, key_of
from carreau.places.brought.personal import refuse_personal
from carreau.places.brought.points import Points, points_of

__all__ = [
    "Joined", "Key", "Known", "Points", "carried", "joined_by_codes", "joined_by_counts", "key_of", "points_of",
    "refuse_personal",
]  # fmt: skip
