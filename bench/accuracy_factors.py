"""The measured facts of ``margins.toml`` as the calibration halves would have them: factors at 90 %, widths below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accuracy_samples import Sample, evenest, joined, measured_factor, pooled_width
from accuracy_town import METHODS

from carreau.products.electoral_profile import margins

KINDS = ("share", "ratio", "income", "count")
WAYS = {
    **{method: (method,) for method in METHODS},
    "untold": ("untold",),
    "borrowed": ("borrowed",),
    "unsaid": ("unsaid",),
    "moved": ("moved_lyon", "moved_town"),
    "scattered": ("scattered",),
}
SQUARED = ("grain", "floor")  # what is scaled there is a variance
LOOSE = {"count": ("grain", "count"), "income": ("floor", "income")}
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
    """The kind of a figure as the widths of ``margins.toml`` name it: a share of votes, or of a tenure, is a share."""
    return "share" if sample.kind == "tenure" else sample.kind.removeprefix("vote_")


def merged(samples: Iterable[Sample]) -> list[Sample]:
    """One sample per kind of figures, as the widths name it, and method."""
    return joined(samples, key=lambda one: (kind_of(one), one.method))


def measured_facts(samples: Sequence[Sample]) -> Iterator[Fact]:
    """Every measured fact: grains and floors, the factors with these, then the widths at 50 and 80 % with both."""
    every = joined(samples)
    loose: dict[tuple[str, str], float] = {}
    for place in dict.fromkeys(filter(None, map(_loose_place, every))):
        loose[place] = evenest([one for one in every if _loose_place(one) == place])
        declared = float(margins.facts()[place[0]][place[1]]["value"])
        yield Fact(*place, "value", declared, declared * loose[place])
    every = [one.with_loose(loose[found]) if (found := _loose_place(one)) else one for one in every]
    scaled: dict[tuple[str, str], Sample] = {}
    for place, some in _together(every).items():
        factor = _factor(place, some)
        yield _fact(*place, factor**2 if place[0] in SQUARED else factor)
        scaled.update(((one.kind, one.method), one.with_factor(factor)) for one in some)
    yield from _widths(merged(scaled.values()))


def _widths(scaled: Sequence[Sample]) -> Iterator[Fact]:
    """The widths at 50 and 80 % of what is carried, borrowed or moved."""
    for way, kinds in margins.facts()["widths"].items():
        for kind, declared in kinds.items():
            ways = POOLED if way in POOLED and kind != "count" else (way,)
            some = [one for one in scaled if way_of(one) in ways and one.kind == kind]
            for level in (50, 80) if some else ():
                width = pooled_width(some, level / 100)
                yield Fact(f"widths.{way}", kind, f"at_{level}", declared[f"at_{level}"], width)


def _factor(place: tuple[str, str, str], some: Sequence[Sample]) -> float:
    """The factor that covers 90 % of all samples together; of the worst of them where a station may have moved."""
    if place == ("votes", "share", "value"):
        return max(measured_factor([one]) for one in some)
    return measured_factor(some)


def _together(samples: Sequence[Sample]) -> Mapping[tuple[str, str, str], list[Sample]]:
    """The samples that one factor scales, one per method, by the place of that factor in ``margins.toml``."""
    found: dict[tuple[str, str, str], list[Sample]] = {}
    for sample in samples:
        found.setdefault(_place(sample), []).append(sample)
    pooled = {key: [one for name in POOLED for one in found.get(("apportionment", name, key), [])] for key in KINDS}
    return {place: pooled[place[2]] if _shared(place) else some for place, some in found.items()}


def _shared(place: tuple[str, str, str]) -> bool:
    """Whether a factor is one for several weightings."""
    return place[0] == "apportionment" and place[1] in POOLED and place[2] != "count"


def _place(sample: Sample) -> tuple[str, str, str]:
    """The section, entry and key of the factor that scales a sample."""
    way = way_of(sample)
    if sample.kind == "tenure":
        return "grain", "tenure", "value"
    if way == "untold":
        return "floor", "untold", "value"
    if way in METHODS:
        return "apportionment", sample.method, sample.kind
    if way in {"borrowed", "unsaid"}:
        return way, sample.kind, "value"
    return "votes", FACTOR_OF_VOTES[way, sample.kind], "value"


def _loose_place(sample: Sample) -> tuple[str, str] | None:
    """The section and entry of the grain or the floor that makes the cover of a sample even, if there is one."""
    way = way_of(sample)
    if way in METHODS:
        return LOOSE.get(sample.kind)
    return {("borrowed", "share"): ("borrowed", "grain"), ("scattered", "share"): ("votes", "grain")}.get(
        (way, kind_of(sample))
    )


def _fact(section: str, entry: str, key: str, measured: float) -> Fact:
    """The fact beside what is declared."""
    return Fact(section, entry, key, float(margins.facts()[section][entry][key]), measured)
