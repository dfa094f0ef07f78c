"""The columns of advice: a theme and its force, its figures beside what they are compared with, what to check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from carreau import typography
from carreau.products.advice.evidence import SHOWN, Evidence, Figures, Floats, Index, Rules, Texts, grades
from carreau.products.advice.places import TITLES
from carreau.products.advice.themes import Theme
from carreau.products.arrays import number_array, provenance_read, text_array
from carreau.products.declare import Reading
from carreau.terms import Column, ColumnType, Provenance, Role

Described = tuple[Column, pa.Array]
Named = tuple[str, ColumnType, str, str, Role]
THEME = "conseils"
METHOD = "probabilité que l'écart compte, trois chiffres par thème"
NO_MORE = "les autres chiffres de ce thème ne sont pas connus ici"
AGAINST = "n'appuie pas le thème"


@dataclass(frozen=True, slots=True)
class Told:
    """All that a table of advice is made of; ``near`` names the reference close by of each place."""

    figures: Figures
    near: Texts
    themes: Sequence[Theme]
    evidence: Evidence
    rules: Rules
    profile: Reading


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the table: the place and the theme of each, in order."""

    place: Index
    theme: Index


@dataclass(frozen=True, slots=True)
class Reach:
    """How many stations put each theme forward, with which share of voters; the registered voters of each place."""

    stations: Index
    share: Floats
    registered: Floats


def provenance_of(told: Told) -> Provenance:
    """Where the figures come from: the files behind the indicators, and the least official status of all."""
    return provenance_read(told.profile, told.figures.names, METHOD)


def theme_columns(told: Told, rows: Rows, origin: Provenance) -> Iterator[Described]:
    """The rank and the name of the theme of each row."""
    rank = told.evidence.rank[rows.place, rows.theme]
    what = "Rang du thème dans ce lieu : 1 est le mieux appuyé"
    yield _column(("rang", "integer", "Rang", what, Role.PLACE), origin), pa.array(rank)
    for name, role, title, what, word in (
        ("theme", Role.KEY, "Thème", "Code du thème", "id"),
        ("theme_titre", Role.PLACE, "Thème", "Nom du thème", "title"),
    ):
        yield _column((name, "text", title, what, role), origin), _words(told, rows, word)


def force_columns(told: Told, rows: Rows, origin: Provenance) -> Iterator[Described]:
    """How strongly the figures put the theme forward, from 0 to 100, and how sure it is."""
    at = (rows.place, rows.theme)
    what = "Force des preuves, de 0 (l'écart compte une fois sur deux au plus) à 100 (il compte sûrement)"
    force = _column(("force", "number", "Force", what, Role.MEASURE), origin, unit="sur 100")
    yield force, number_array(100 * told.evidence.score[at])
    what = "Force : demi-largeur de l'intervalle à 90 %, quand tous les écarts bougent ensemble"
    margin = _column(("force_marge", "number", "Marge", what, Role.MARGIN), origin, unit="sur 100", of="force")
    yield margin, number_array(100 * told.evidence.margin[at])
    what = "Force : note de A (sûr) à E (fragile), selon les chances que les deux écarts les plus sûrs soient réels"
    letters = grades(told.evidence.sure[at], told.rules.sureness)
    yield _column(("force_note", "text", "Note", what, Role.MARGIN), origin, of="force"), text_array(letters)
    what = "Force : pourquoi elle n'est pas dite ; vide si elle est montrée"
    status = _column(("force_statut", "text", "Statut", what, Role.STATUS), origin, of="force")
    yield status, text_array(np.full(len(rows.place), "", dtype=np.object_))


def reach_columns(reach: Reach, rows: Rows, origin: Provenance) -> Iterator[Described]:
    """Where the theme of each row holds: the whole territory or some of its stations, how many, of how many voters."""
    held, share = reach.stations[rows.theme], 100 * reach.share[rows.theme]
    partial = [f"{many} bureaux, {written(part, '%')} des inscrits" for many, part in zip(held, share, strict=True)]
    said = np.where(rows.place > 0, np.array(partial, dtype=np.object_), "tout le territoire").astype(np.object_)
    what = "Où le thème est mis en avant : dans tout le territoire, ou dans une partie de ses bureaux"
    yield _column(("portee", "text", "Portée", what, Role.PLACE), origin), text_array(said)
    what = "Bureaux de vote du territoire où le thème est mis en avant (voir le niveau bureau)"
    column = _column(("bureaux_concernes", "integer", "Bureaux concernés", what, Role.COUNT), origin, unit="bureaux")
    yield column, pa.array(held)
    what = "Part des électeurs inscrits du territoire qui sont dans ces bureaux ; un décompte, sans marge"
    column = _column(("part_inscrits_concernes", "number", "Inscrits concernés", what, Role.MEASURE), origin, unit="%")
    yield column, number_array(share)


def figure_columns(told: Told, rows: Rows, origin: Provenance) -> Iterator[Described]:
    """The three figures of the theme of each row, the strongest first: value, margin, references, gaps, a sentence."""
    shown = told.evidence.shown[rows.place, rows.theme]
    chosen = _chosen(told, rows, shown)
    for number in range(SHOWN):
        name = f"chiffre_{number + 1}"
        yield from one_figure(told, rows.place, chosen[:, number], name, origin)
        supports = support_words(told, rows, shown[:, number])
        what = f"Chiffre {number + 1} : s'il appuie le thème"
        yield _column((f"{name}_appui", "text", "Appuie", what, Role.STATUS), origin, of=name), text_array(supports)
        said = sentences(told, rows.place, chosen[:, number])
        said = np.where(supports == "non", said + f" ({AGAINST})", said).astype(np.object_)
        what = f"Chiffre {number + 1} : le même en une phrase"
        yield _column((f"{name}_phrase", "text", "En clair", what, Role.STATUS), origin, of=name), text_array(said)


def one_figure(told: Told, place: Index, index: Index, name: str, origin: Provenance) -> Iterator[Described]:
    """One figure per row, as a column called ``name`` and those beside it; ``index`` -1 where there is none."""
    figures, none = told.figures, index < 0
    title = f"Chiffre {name.rpartition('_')[2]}" if name.startswith("chiffre") else "Valeur"

    def number(suffix: str, values: Floats, heading: str, what: str, role: Role) -> Described:
        described = _column((name + suffix, "number", heading, what, role), origin, of=name if suffix else "")
        return described, number_array(np.where(none, np.nan, values[place, index]))

    def text(suffix: str, values: Texts, heading: str, what: str, role: Role) -> Described:
        described = _column((name + suffix, "text", heading, f"{title} : {what}", role), origin, of=name)
        return described, text_array(values)

    titles, units = _titles(told), _units(told)
    said = np.where(none, "", titles[index])
    if name.startswith("chiffre"):
        words: Named = (f"{name}_nom", "text", title, f"{title} : ce qu'il compte", Role.PLACE)
        yield _column(words, origin), text_array(said)
    yield number("", figures.value, title, f"{title} : valeur dans ce lieu, dans l'unité dite", Role.MEASURE)
    what = f"{title} : demi-largeur de l'intervalle à 90 %, même unité"
    yield number("_marge", figures.margin, "Marge", what, Role.MARGIN)
    notes = np.where(none, "", figures.note[place, index])
    yield text("_note", notes, "Note", "note de A (sûr) à E (fragile), selon la marge", Role.MARGIN)
    status = np.where(none, NO_MORE, figures.status[place, index])
    yield text("_statut", status, "Statut", "ce qu'il faut en savoir, ou pourquoi il manque", Role.STATUS)
    yield number("_base", figures.base, "Base", f"{title} : ceux sur qui il porte", Role.COUNT)
    yield text("_unite", np.where(none, "", units[index]), "Unité", "son unité", Role.PLACE)
    what = f"{title} : valeur dans la commune, ou dans le département pour une commune"
    yield number("_repere", figures.near, "Repère proche", what, Role.MEASURE)
    what = f"{title} : demi-largeur de l'intervalle à 90 % du repère proche"
    yield number("_repere_marge", _beside(figures.near, figures.near_margin), "Marge du repère", what, Role.MARGIN)
    yield number("_france", figures.country, "France", f"{title} : valeur en France", Role.MEASURE)
    what = f"{title} : demi-largeur de l'intervalle à 90 % de la France"
    yield number("_france_marge", _beside(figures.country, figures.country_margin), "Marge France", what, Role.MARGIN)
    gap = figures.value - figures.near
    yield number("_ecart_repere", gap, "Écart proche", f"{title} : écart avec le repère proche", Role.MEASURE)
    gap = figures.value - figures.country
    yield number("_ecart_france", gap, "Écart France", f"{title} : écart avec la France", Role.MEASURE)


def closing_columns(told: Told, rows: Rows, origin: Provenance) -> Iterator[Described]:
    """What the place is compared with, what to check on the ground, and on what authority the theme rests."""
    near = [TITLES.get(str(where), str(where)) for where in told.near[rows.place]]
    what = "Repère proche auquel ce lieu est comparé, avec la France"
    yield _column(("repere", "text", "Repère", what, Role.PLACE), origin), text_array(np.array(near, dtype=np.object_))
    what = "Ce qu'il faut vérifier sur place avant d'en parler"
    yield _column(("a_verifier", "text", "À vérifier", what, Role.PLACE), origin), _words(told, rows, "check")
    what = "Sur quoi repose le lien entre ces chiffres et ce thème"
    yield _column(("lien", "text", "Lien", what, Role.PLACE), origin), _words(told, rows, "link")


def evidence_columns(told: Told, rows: Rows, support: Index, origin: Provenance) -> Iterator[Described]:
    """The figure of each row of the evidence: which, its value and references, whether it supports its theme."""
    themes = told.themes
    supports = [themes[theme].supports[one] for theme, one in zip(rows.theme, support, strict=True)]
    names = [one.indicator for one in supports]
    index = np.array([told.figures.names.index(name) for name in names], dtype=np.int64)
    yield _column(("indicateur", "text", "Chiffre", "Nom du chiffre dans le profil", Role.KEY), origin), pa.array(names)
    titles = text_array(_titles(told)[index])
    yield _column(("indicateur_titre", "text", "Chiffre", "Ce que compte le chiffre", Role.PLACE), origin), titles
    yield from one_figure(told, rows.place, index, "valeur", origin)
    named: Named = ("valeur_phrase", "text", "En clair", "Le même en une phrase", Role.STATUS)
    yield _column(named, origin, of="valeur"), text_array(sentences(told, rows.place, index))
    each = zip(rows.place, rows.theme, support, strict=True)
    force = np.array([told.evidence.force[theme][place, one] for place, theme, one in each])
    known = np.isfinite(told.figures.value[rows.place, index])
    words = text_array(np.where(known, support_words(told, rows, support), "inconnu").astype(np.object_))
    yield _column(("appui", "text", "Appuie", "Si ce chiffre appuie le thème", Role.PLACE), origin), words
    ways = np.array(["au-dessus" if one.sign > 0 else "au-dessous" for one in supports], dtype=np.object_)
    yield _column(("sens", "text", "Sens", "De quel côté du repère il compte", Role.PLACE), origin), text_array(ways)
    what = "Force de ce chiffre, de 0 à 100"
    column = _column(("force_chiffre", "number", "Force du chiffre", what, Role.MEASURE), origin, unit="sur 100")
    yield column, number_array(np.where(known, 100 * force, np.nan))
    what = "Plus petit écart qui compte, dans l'unité du chiffre (choix déclaré de Carreau)"
    smallest = np.where(known, told.rules.smallest[index], np.nan)
    yield _column(("seuil", "number", "Seuil", what, Role.MEASURE), origin), number_array(smallest)


def support_words(told: Told, rows: Rows, support: Index) -> Texts:
    """Whether the figure of each row supports its theme: « oui », « non », empty where it is compared with nothing."""
    words = np.full(len(rows.place), "", dtype=np.object_)
    figures = told.figures
    for row, (place, theme, one) in enumerate(zip(rows.place, rows.theme, support, strict=True)):
        which = figures.names.index(told.themes[theme].supports[one].indicator)
        compared = np.isfinite([figures.near[place, which], figures.country[place, which]]).any()
        if one >= 0 and compared and np.isfinite(figures.value[place, which]):
            words[row] = "oui" if told.evidence.force[theme][place, one] >= told.rules.supporting else "non"
    return words


def sentences(told: Told, place: Index, index: Index) -> Texts:
    """Each figure in one line: « Taux de pauvreté : 23,1 % ± 2,0 ; commune 15,2 % ± 0,4, France 14,5 % ± 0,1 »."""
    figures, titles, units = told.figures, _titles(told), _units(told)
    near = [TITLES.get(str(where), str(where)) for where in told.near]
    said = np.full(len(place), "", dtype=np.object_)
    for row, (at, which) in enumerate(zip(place, index, strict=True)):
        if which < 0 or not np.isfinite(figures.value[at, which]):
            continue
        unit = units[which]
        compared = (
            (near[at], figures.near[at, which], figures.near_margin[at, which]),
            ("France", figures.country[at, which], figures.country_margin[at, which]),
        )
        others = ", ".join(
            f"{name} {sure(value, _upwards(margin), unit)}"
            for name, value, margin in compared
            if name and np.isfinite(value)
        )
        figure = f"{titles[which]} : {sure(figures.value[at, which], figures.margin[at, which], unit)}"
        said[row] = f"{figure} ; {others}" if others else figure
    return said


def sure(value: float, margin: float, unit: str) -> str:
    """A value with its unit and its margin, where that is known.

    >>> sure(15.24, 0.4, "%"), sure(15.24, float("nan"), "%")
    ('15,2\\u202f% ± 0,4', '15,2\\u202f%')
    """
    if not np.isfinite(margin):
        return written(value, unit)
    return f"{written(value, unit)} ± {written(margin, '' if unit == '%' else unit)}"


def _upwards(margin: float) -> float:
    """A margin no smaller than the tenth with which it is written: one of 0.01 is not « ± 0,0 »."""
    return max(float(margin), 0.1) if np.isfinite(margin) else float("nan")


def _beside(value: Floats, margin: Floats) -> Floats:
    """The margins where there is a value."""
    return np.where(np.isfinite(value), margin, np.nan)


def written(value: float, unit: str) -> str:
    """A number as French writes it, with its unit.

    >>> written(23456.0, "€ par an"), written(1.26, "")
    ('23\\u202f456\\u202f€ par an', '1,3')
    """
    text = typography.number(value, 0 if abs(value) >= 1000 else 1)
    return f"{text}{typography.NARROW_SPACE}{unit}" if unit else text


def _chosen(told: Told, rows: Rows, shown: Index) -> Index:
    """The indicators of the figures ``shown`` of each row, -1 where there is none."""
    most = max(len(theme.supports) for theme in told.themes)
    table = np.full((len(told.themes), most + 1), -1, dtype=np.int64)
    for number, theme in enumerate(told.themes):
        for column, one in enumerate(theme.supports):
            table[number, column] = told.figures.names.index(one.indicator)
    return np.asarray(table[rows.theme[:, None], shown])


def _titles(told: Told) -> Texts:
    """The titles of the indicators."""
    schema = told.profile.schema
    titles = [schema.column(name).title if name in schema.names else name for name in told.figures.names]
    return np.array(titles, dtype=np.object_)


def _units(told: Told) -> Texts:
    """The units of the indicators."""
    schema = told.profile.schema
    units = [schema.column(name).unit if name in schema.names else "" for name in told.figures.names]
    return np.array(units, dtype=np.object_)


def _words(told: Told, rows: Rows, word: str) -> pa.Array:
    """A word of the theme of each row."""
    return pa.array([str(getattr(theme, word)) for theme in told.themes]).take(pa.array(rows.theme))


def _column(named: Named, origin: Provenance, *, unit: str = "", of: str = "") -> Column:
    """A described column."""
    name, kind, title, what, role = named
    return Column(name, kind, what, unit, role, of, title=title, theme=THEME, provenance=origin)
