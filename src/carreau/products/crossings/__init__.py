"""Crossings: what the products that read a table of origins and destinations out of stations share.

Who votes how (groups and choices) and transfers (choices of one election and of another) both start from the votes of
each station in a profile's release, and both end as one row per place, origin and destination. Not a product itself.
"""

from __future__ import annotations

from carreau.products.crossings.draft import Crossed, Side, draft_of
from carreau.products.crossings.elections import Election, election_named, elections_of
from carreau.products.crossings.limits import Limits, limits_of
from carreau.products.crossings.tallies import Tally, tally_of

__all__ = [
    "Crossed",
    "Election",
    "Limits",
    "Side",
    "Tally",
    "draft_of",
    "election_named",
    "elections_of",
    "limits_of",
    "tally_of",
]
