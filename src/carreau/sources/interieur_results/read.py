"""Reading of election results by polling station, in every layout that the ministry has used since 2005."""

from __future__ import annotations

from carreau.sources.declare import Fetched, Sourced
from carreau.sources.interieur_results import aggregated, constituencies, long, transmission, wide
from carreau.sources.interieur_results.results import stations_and_candidates


def read(file: Fetched) -> tuple[Sourced, ...]:
    """The tables of a results file, by the layout that its entry of ``source.toml`` declares.

    ``stations`` (one row per election and station) and ``candidats`` (one row per election, station and
    candidate) for L1, L2, L3, L4 and L7; one of the two for the aggregated files (L6, one table per file);
    ``circonscriptions_candidats`` for the files by constituency (L5, and the ministry's workbooks).
    :class:`~carreau.errors.Broken` when the file is not what its layout says.
    """
    layout, _, edition = file.published.layout.partition("-")
    if layout == "L6":
        tables = {"stations": aggregated.stations_of, "candidats": aggregated.candidates_of}
        return (tables[edition.partition("-")[0]](file),)
    if layout == "circonscriptions":
        return (constituencies.candidates_of(file),)
    readers = {
        "L1": long.both_rounds, "L2": wide.unnumbered, "L3": wide.unnumbered, "L4": wide.numbered,
        "L7": transmission.city_results,
    }
    return stations_and_candidates(file, readers[layout](file))
