"""Where files, tables and records rest; alone in speaking to an engine or to a database.

``Shelf`` keeps the publishers' files, ``Tables`` and ``Blobs`` what is made from them, ``Records`` and
``Ledger`` what must be all or nothing, and ``Session`` computes.
"""

from __future__ import annotations

from carreau.store.files import Blobs, Tables
from carreau.store.ledger import Ledger
from carreau.store.records import Records
from carreau.store.shelf import Resting, Shelf
from carreau.store.tables import Room, Session
from carreau.store.writing import digest_of, file_digest

__all__ = [
    "Blobs", "Ledger", "Records", "Resting", "Room", "Session", "Shelf", "Tables", "digest_of", "file_digest",
]  # fmt: skip
