"""The market: what a Release becomes once it is someone's: accounts, grants, credentials, links, deliveries.

``may_read`` is the one function behind every door, asked again at every piece of a stream (``guarded``).
"""

from __future__ import annotations

from carreau.market.accounts import Account
from carreau.market.credentials import Credential
from carreau.market.delivery import Delivery, delivered
from carreau.market.grants import Grant, Item, may_read
from carreau.market.refusals import NotSignedIn, TooManyTries
from carreau.market.streams import guarded

__all__ = [
    "Account", "Credential", "Delivery", "Grant", "Item", "NotSignedIn", "TooManyTries", "delivered", "guarded",
    "may_read",
]  # fmt: skip
