"""The measured facts of ``margins.toml`` as the calibration halves would have them: factors at 90 %, widths below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from accuracy_samples import Sample, joined, measured_factor, pooled_width
from accuracy_town import METHODS

from carreau.products.electoral_profile import margins

KINDS = ("share", "ratio", "income", "count")
WAYS = {
    **{method: (method,) for method in METHODS},
    "borrowed": ("borrowed",),
    "unsaid": ("unsaid",),
    "moved": ("moved_lyon", "moved_town"),
    "scattered": ("scattered",),
}
POOLED = ("adresses", "carreaux")  # these weightings err alike, but in counts: one factor for both
FACTOR_OF_VOTES = {
    ("moved", "vote_share"): "share",
    ("moved", "vote_count"): "count",
    ("scattered", "vote_share"): "scattered",
}


@dataclass(frozen=True)
class Fact:
    """A measured fact: its section of ``margins.toml``, its entry, its key, the value declared and the one measured."""

    section: str
    entry: str
    key: str
    declared: float
    measured: float

    @property
    def name(self) -> str:
        """How the file and the page call it."""
        return f"{self.section}.{self.entry}" + ("" if self.key == "value" else f".{self.key}")


def way_of(sample: Sample) -> str:
    """How a figure came to its place: carried by a weighting, borrowed, unsaid, moved or scattered."""
    return next(way for way, methods in WAYS.items() if sample.method in methods)


def kind_of(sample: Sample) -> str:
    """The kind of a figure as ``margins.toml`` names it: a share of votes is a share."""
    return sample.kind.removeprefix("vote_")


def measured_facts(samples: Sequence[Sample]) -> Iterator[Fact]:
    """Every measured fact: the factors first, then the widths at 50 and 80 % of margins with these factors."""
    scaled: dict[tuple[str, str], list[Sample]] = {}
    for place, some in _together(samples).items():
        factor = _factor(place, some)
        yield _fact(*place, factor)
        way = _way(place)
        if way[1] in margins.facts()["widths"].get(way[0], {}):
            scaled.setdefault(way, []).extend(one.with_factor(factor) for one in some)
    for (way, kind), some in scaled.items():
        for level in (50, 80):
            section = f"widths.{way}"
            declared = margins.facts()["widths"][way][kind][f"at_{level}"]
            yield Fact(section, kind, f"at_{level}", declared, pooled_width(some, level / 100))


def _factor(place: tuple[str, str, str], some: Sequence[Sample]) -> float:
    """The factor that covers 90 % of all samples together; of the worst of them where a station may have moved."""
    if place == ("votes", "share", "value"):
        return max(measured_factor([one]) for one in some)
    return measured_factor(some)


def _way(place: tuple[str, str, str]) -> tuple[str, str]:
    """The way and the kind of the figures that the factor in this place scales."""
    section, entry, key = place
    if section == "apportionment":
        return entry, key
    if section == "votes":
        return next((way, kind.removeprefix("vote_")) for (way, kind), name in FACTOR_OF_VOTES.items() if name == entry)
    return section, entry


def _together(samples: Sequence[Sample]) -> Mapping[tuple[str, str, str], list[Sample]]:
    """The samples that one factor scales, one per method, by the place of that factor in ``margins.toml``."""
    found: dict[tuple[str, str, str], list[Sample]] = {}
    for sample in joined(samples):
        found.setdefault(_place(sample), []).append(sample)
    pooled = {key: [one for name in POOLED for one in found.get(("apportionment", name, key), [])] for key in KINDS}
    return {place: pooled[place[2]] if _shared(place) else some for place, some in found.items()}


def _shared(place: tuple[str, str, str]) -> bool:
    """Whether a factor is one for several weightings."""
    return place[0] == "apportionment" and place[1] in POOLED and place[2] != "count"


def _place(sample: Sample) -> tuple[str, str, str]:
    """The section, entry and key of the factor that scales a sample."""
    way = way_of(sample)
    if way in METHODS:
        return "apportionment", sample.method, sample.kind
    if way in {"borrowed", "unsaid"}:
        return way, sample.kind, "value"
    return "votes", FACTOR_OF_VOTES[way, sample.kind], "value"


def _fact(section: str, entry: str, key: str, measured: float) -> Fact:
    """The fact beside what is declared."""
    return Fact(section, entry, key, float(margins.facts()[section][entry][key]), measured)
