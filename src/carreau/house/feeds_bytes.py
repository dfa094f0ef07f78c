"""The bytes of the feeds: pages of rows for OData, Parquet files for Delta Sharing, made by the guard.

A Parquet file is made once for each content and each scope, then kept in the home: equal scopes share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from carreau.house.feeds import Feed
from carreau.house.feeds_access import Access
from carreau.house.reading import remembered
from carreau.house.reading_kept import kept_releases
from carreau.house.served import Served
from carreau.store import Blobs, digest_of
from carreau.terms import Condition, Grouping, Order, Slice

if TYPE_CHECKING:
    from carreau.house.home import Home

FIRST_ROWS: Final = 1_024  # a reader who asks for a few rows (limit) gets this small file alone
MOST_ROWS: Final = 131_072
FOLDER: Final = "feeds"  # apart from the releases, so that these are found at once


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows as JSON objects, between commas; whether others follow; how many in all, when it was asked for."""

    rows: bytes
    follows: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a table: which one, from which row, of how many rows."""

    number: int
    offset: int
    rows: int


def page(access: Access, feed: Feed, asked: Slice, *, grouping: Grouping | None = None, counted: bool = False) -> Page:
    """The rows of ``feed`` (or of the groups of its rows) that are asked for, in an order that leaves nothing open.

    ``counted`` also counts the rows that the condition keeps, wherever the page is. A figure that a group may not have
    (the sum of shares) is :class:`~carreau.errors.Refused`.
    """
    release = access.served.levels[feed.level]
    if grouping is None:
        where = access.within(feed.level, asked.where)
        keys: tuple[str, ...] = (feed.key,)
    else:
        within = access.within(feed.level, grouping.where)
        release = release.grouped(Grouping(grouping.by, grouping.aggregates, within))
        where, keys = asked.where, grouping.by
    columns = asked.columns or (feed.names if grouping is None else None)
    one_more = None if asked.limit is None else asked.limit + 1
    part = release.asked(Slice(columns, where, _settled(asked.order, keys), asked.offset, one_more))
    follows = asked.limit is not None and part.row_count > asked.limit
    rows = part.asked(Slice(limit=asked.limit)) if follows else part
    return Page(rows.json_rows(), follows, release.count(where) if counted else None)


def _settled(order: tuple[Order, ...], keys: tuple[str, ...]) -> tuple[Order, ...]:
    """``order``, and after it what tells any two rows apart; none when the rows may stay in their own."""
    named = {one.column for one in order}
    return (*order, *(Order(key) for key in keys if key not in named)) if order else ()


def count(access: Access, feed: Feed, where: Condition | None) -> int:
    """How many rows of ``feed`` the condition keeps."""
    return access.served.levels[feed.level].count(access.within(feed.level, where))


def parts(access: Access, feed: Feed) -> tuple[Part, ...]:
    """The files that a table is made of, in order: a small one first. A table without a row has none."""
    total = remembered(access.served, ("rows", feed.level, access.scope(feed)), lambda: count(access, feed, None))
    edges = [0, *range(min(FIRST_ROWS, total), total, MOST_ROWS), total]
    spans = pairwise(edges)
    return tuple(Part(number, start, end - start) for number, (start, end) in enumerate(spans) if end > start)


def parquet(access: Access, feed: Feed, part: Part) -> Path:
    """The Parquet file of one part of ``feed``, without contours, with its certificate; made once, then kept."""
    release = access.served.levels[feed.level]
    asked = Slice(feed.names, access.rows(feed.level), (), part.offset, part.rows)
    key = digest_of("feed", str(release.certificate["id"]), feed.name, access.scope(feed), part.offset, part.rows)

    def write(path: Path) -> None:
        release.asked(asked).write(path, ".parquet")

    return remembered(access.served, key, lambda: Blobs(access.served.folder / FOLDER).kept(key, ".parquet", write))


def whole(access: Access, feed: Feed) -> Part:
    """The part that is the whole of a table, in one file."""
    return Part(-1, 0, sum(part.rows for part in parts(access, feed)))


def version_of(home: Home, served: Served, level: str) -> int:
    """The ordinal of what is served among the releases of the same thing that rest in this home, from 0 on."""

    def found() -> int:
        shown = served.levels.kept[level]
        same = [
            kept.made_at
            for kept in kept_releases(home.root / "blobs")
            if (kept.product, kept.territory, kept.level) == (shown.product, shown.territory, shown.level)
        ]
        return sum(made_at < shown.made_at for made_at in set(same))

    return remembered(served, ("version", level), found)
