"""Which level a file is made of, when none is asked for."""

from __future__ import annotations

from pathlib import Path

from carreau.counters.cli.readings import declared_products, printed_level


def test_a_printed_file_is_that_of_the_level_that_is_made_to_be_printed() -> None:
    facts = dict(declared_products())
    assert printed_level(facts["field_plan"], Path("plan.PDF")) == "parcours"
    assert printed_level(facts["field_plan"], Path("plan.xlsx")) == ""
    assert printed_level(facts["field_plan"], None) == ""
    assert printed_level(facts["votes"], Path("votes.pdf")) == ""
