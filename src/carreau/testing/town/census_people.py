"""The columns of the census that count persons: age, sex, occupation, activity, school, couples.

Each rule yields a column's name without its vintage (``P_POP0014``), and for each person whether, or how
much, they count in it. The same rules make the published files (on the surveyed persons) and the truth (on
all of them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from carreau.testing.town.model import (
    COMMUNITY,
    NONE,
    OCCUPIED,
    RETIRED,
    SINGLE,
    STUDENT,
    UNEMPLOYED,
    Array,
    Homes,
    People,
)

Measure = tuple[str, Array]

_AGES: Final = (
    "0002", "0305", "0610", "1117", "1824", "2539", "4054", "5564", "6579", "80P",
    "0014", "1529", "3044", "4559", "6074", "75P", "0019", "2064", "65P",
)
_AGES_BY_SEX: Final = _AGES[10:]
_WORKING_AGES: Final = ("1564", "1524", "2554", "5564")
_SCHOOL_AGES: Final = ("0205", "0610", "1114", "1517", "1824", "2529", "30P")
_ADULT_AGES: Final = ("15P", "1524", "2554", "5579", "80P")
_DIPLOMAS: Final = ("DIPLMIN", "BEPC", "CAPBEP", "BAC", "SUP2", "SUP34", "SUP5")
_GROUPS: Final = ("GSEC11_21", "GSEC12_22", "GSEC13_23", "GSEC14_24", "GSEC15_25", "GSEC16_26")
_EMPLOYEES: Final = ("CDI", "CDD", "INTERIM", "EMPAID", "APPR")
_OTHERS: Final = ("INDEP", "EMPLOY", "AIDFAM")
_TRANSPORTS: Final = ("PAS", "MAR", "VELO", "2ROUESMOT", "VOIT", "TCOM")
_BONDS: Final = ("MARIEE", "PACSEE", "CONCUB_UNION_LIBRE", "VEUFS", "DIVORCEE", "CELIBATAIRE")
_OWN_ACCOUNT: Final = 5


def people_measures(people: People, homes: Homes) -> Iterator[Measure]:
    """Every census column that counts persons; a column named by two themes is yielded once."""
    yield from _population(people, homes)
    yield from _activity(people)
    yield from _employment(people)
    yield from _school(people)
    yield from _together(people, homes)


def _between(people: People, band: str) -> Array:
    """Who is of an age band written as INSEE does: ``0014`` (both ends in), ``80P`` (and more)."""
    if band.endswith("P"):
        return np.asarray(people.age >= int(band[:-1]))
    return np.asarray((people.age >= int(band[:2])) & (people.age <= int(band[2:])))


def _sexes(people: People) -> tuple[tuple[str, Array], ...]:
    """Everyone, men, women, with the letter that marks them in the names of columns."""
    return ("", np.ones(len(people.age), dtype=bool)), ("H", ~people.woman), ("F", people.woman)


def _population(people: People, homes: Homes) -> Iterator[Measure]:
    """Population by age, sex, occupation group, nationality, and in or out of households."""
    everyone = np.ones(len(people.age), dtype=bool)
    yield "P_POP", everyone
    for band in _AGES:
        yield f"P_POP{band}", _between(people, band)
    for letter, sex in _sexes(people):
        if letter:
            yield f"P_POP{letter}", sex
            for band in _AGES_BY_SEX:
                yield f"P_{letter}{band}", sex & _between(people, band)
        adults, name = sex & (people.age >= 15), f"C_{letter or 'POP'}15P"
        yield name, adults
        for group, code in enumerate(_GROUPS):
            yield f"{name}_STAT_{code}", adults & (people.occupation == group)
        retired = adults & (people.occupation == NONE) & (people.activity == RETIRED)
        yield f"{name}_STAT_GSEC32", retired
        yield f"{name}_STAT_GSEC40", adults & (people.occupation == NONE) & ~retired
    in_home = homes.kind[people.home] != COMMUNITY
    yield from (("P_POP_FR", ~people.foreign), ("P_POP_ETR", people.foreign), ("P_POP_IMM", people.immigrant))
    yield from (("P_PMEN", in_home), ("P_PHORMEN", ~in_home))


def _activity(people: People) -> Iterator[Measure]:
    """Activity of persons of 15 to 64 by age, sex, diploma and occupation group."""
    occupied, jobless = people.activity == OCCUPIED, people.activity == UNEMPLOYED
    active = occupied | jobless
    working_age = _between(people, "1564")
    for letter, sex in _sexes(people):
        for band in _WORKING_AGES:
            aged = sex & _between(people, band)
            yield f"P_{letter or 'POP'}{band}", aged
            yield f"P_{letter}ACT{band}", aged & active
            yield f"P_{letter}ACTOCC{band}", aged & occupied
            if not letter:
                yield f"P_CHOM{band}", aged & jobless
        idle = sex & working_age & ~active
        retired, student = people.activity == RETIRED, people.activity == STUDENT
        yield f"P_{letter}INACT1564", idle
        yield f"P_{letter}ETUD1564", idle & student
        yield f"P_{letter}RETR1564", idle & retired
        yield f"P_{letter}AINACT1564", idle & ~student & ~retired
    for level, diploma in enumerate(_DIPLOMAS):
        yield f"P_CHOM_{diploma}", working_age & jobless & (people.diploma == level)
        yield f"P_ACT_{diploma}", working_age & active & (people.diploma == level)
    yield "C_ACT1564", working_age & active
    yield "C_ACTOCC1564", working_age & occupied
    for group, code in enumerate(_GROUPS):
        mine = working_age & (people.occupation == group)
        yield f"C_ACT1564_STAT_{code}", mine & active
        yield f"C_ACTOCC1564_STAT_{code.partition('_')[0]}", mine & occupied


def _employment(people: People) -> Iterator[Measure]:
    """Persons at work: status, contract, part time, where they work, how they go there."""
    occupied = people.activity == OCCUPIED
    employee = occupied & (people.contract < _OWN_ACCOUNT)
    for letter, sex in _sexes(people):
        yield f"P_{letter}ACTOCC15P", sex & occupied
        for name, mine in (("SAL15P", employee), ("NSAL15P", occupied & ~employee)):
            yield f"P_{letter}{name}", sex & mine
            if name == "SAL15P" or not letter:
                yield f"P_{letter}{name}_TP", sex & mine & people.part_time
    yield "P_ACTOCC15P_TP", people.part_time
    for code, contract in enumerate(_EMPLOYEES):
        yield f"P_SAL15P_{contract}", people.contract == code
    for code, status in enumerate(_OTHERS, _OWN_ACCOUNT):
        yield f"P_NSAL15P_{status}", people.contract == code
    yield "P_ACTOCC15P_ILT2P", people.workplace > 0
    for place in range(5):
        yield f"P_ACTOCC15P_ILT{place + 1}", people.workplace == place
    yield "C_ACTOCC15P", occupied
    for code, transport in enumerate(_TRANSPORTS):
        yield f"C_ACTOCC15P_{transport}", people.transport == code


def _school(people: People) -> Iterator[Measure]:
    """Schooling by age, and the highest diploma of those of 15 or more who left school."""
    for band in _SCHOOL_AGES:
        aged = _between(people, band)
        if band not in _AGES:
            yield f"P_POP{band}", aged
        yield f"P_SCOL{band}", aged & people.enrolled
    for letter, sex in _sexes(people):
        out = sex & (people.age >= 15) & ~people.enrolled
        yield f"P_{letter}NSCOL15P", out
        for level, diploma in enumerate(_DIPLOMAS):
            yield f"P_{letter}NSCOL15P_{diploma}", out & (people.diploma == level)


def _together(people: People, homes: Homes) -> Iterator[Measure]:
    """Persons of 15 or more in households, living alone, and by legal or de facto marital status."""
    in_home = homes.kind[people.home] != COMMUNITY
    alone = in_home & (homes.type[people.home] == SINGLE)
    for band in _ADULT_AGES:
        aged = _between(people, band)
        if band not in (*_AGES, *_WORKING_AGES):
            yield f"P_POP{band}", aged
        yield f"P_POPMEN{band}", aged & in_home
        yield f"P_POP{band}_PSEUL", aged & alone
    for code, bond in enumerate(_BONDS):
        yield f"P_POP15P_{bond}", (people.age >= 15) & (people.marital == code)
