"""Who votes how: from the release of a profile to the Draft, one row per place, group and choice of vote. Pure."""

from __future__ import annotations

from typing import Final

from carreau.errors import Missing
from carreau.inference import balanced, groups_crossing
from carreau.products.crossings import Crossed, Side, draft_of, limits_of, tally_of
from carreau.products.crossings.draft import read_rows
from carreau.products.crossings.elections import election_read
from carreau.products.crossings.regions import crossing_of
from carreau.products.crossings.remarks import partly, spread_remarks, voters_of
from carreau.products.crossings.tallies import communes_of
from carreau.products.declare import Asked, Draft, Hands, Product, Reading
from carreau.products.votes.groups import groups_of

SHARE: Final = "Part des électeurs inscrits du groupe qui ont fait ce choix ({title}), estimée"


def build(product: Product, asked: Asked, profile: Reading, hands: Hands) -> Draft:
    """The Draft of who votes how, for the territory or for each of its stations.

    :class:`~carreau.errors.Unknown` for an election that is not at hand, :class:`~carreau.errors.Missing` when no
    station tells both the groups and the votes.
    """
    limits = limits_of(product.facts)
    election = election_read(profile, asked.territory, asked.choices["election"])
    tally = tally_of(profile, election, asked.choices["detail"], limits)
    groups = groups_of(profile, product.facts["groups"][asked.choices["by"]])
    read, reasons = read_rows([tally.reasons, groups.reasons])
    if not read.any():
        raise Missing(
            f"aucun bureau de {asked.territory} ne dit à la fois les groupes « {groups.title} » et les voix",
            given=election.name,
            expected="au moins un bureau où les deux sont connus",
            advice="choisir une autre élection ou d'autres groupes",
        )
    counts = groups.counts[read]
    scaled = counts * (tally.registered[read] / counts.sum(axis=1))[:, None]
    margins = balanced(scaled, tally.counts[read])
    crossing = crossing_of(asked.territory, communes_of(profile)[read], margins, groups_crossing)
    remarks = spread_remarks(voters_of(profile, tally), reasons, crossing, asked.choices["by"])
    crossed = Crossed(
        origins=Side("groupe", groups.title, groups.codes, groups.titles),
        destinations=Side("choix", "Choix de vote", tally.names, tally.titles),
        margins=margins,
        crossing=crossing,
        reasons=reasons,
        read_from=(*groups.columns, *tally.columns),
        share=SHARE.format(title=election.title),
        warnings=partly(tally),
        remarks=(f"Élection : {election.title}", groups.caution, *tally.remarks, *remarks),
    )
    return draft_of(product, asked, profile, crossed, limits)
