"""The map of one indicator on the places of a slice: shades by class, hatches where a figure is weak or not shown."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from carreau.errors import Missing, Unknown
from carreau.guard.content import Content
from carreau.guard.encode.picture.around import LAND, key_of, shapes_shown
from carreau.guard.encode.picture.classes import EMPTY, Classes
from carreau.guard.encode.picture.outlines import Frame, box_of, paths, shapes_of, svg
from carreau.guard.encode.words import Words
from carreau.guard.encode.written import number
from carreau.guard.presentation import Presentation
from carreau.terms import Column

WIDTH, HEIGHT = 900.0, 620.0
MOST: Final = 10_000
_NUMBERS: Final = ("number", "integer")
_CROWD: Final = 1_500  # places from which edges are drawn thin
_DEPARTMENTS: Final = 4
_LOW: Final = ("D", "E")
_HATCH: Final = (
    '<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="1.4" height="5" fill="{colour}"/></pattern>'
)


def indicator_of(content: Content, shown: Presentation) -> Column:
    """The column that the map shows: that which is asked for, else the first indicator, else the first number."""
    names = {column.name: column for column in content.schema.columns}
    wanted = shown.indicator or next(iter(shown.columns), "")
    if wanted and wanted not in names:
        raise Unknown.named(wanted, "colonne", names, "choisir l'une des colonnes demandées")
    numbers = [column for column in (*content.indicators(), *content.schema.columns) if column.type in _NUMBERS]
    column = names[wanted] if wanted else next(iter(numbers), None)
    if column is None or column.type not in _NUMBERS:
        raise Unknown(
            "il n'y a pas de nombre à mettre sur la carte",
            given=wanted or ", ".join(names)[:200],
            expected="un indicateur, par exemple part_cadres",
            advice="demander aussi la colonne d'un indicateur",
        )
    return column


def choropleth(content: Content, shown: Presentation) -> dict[str, Any]:
    """The map and all that is written around it.

    Without any contour it is :class:`~carreau.errors.Missing`; over ten thousand places, or without a number to show,
    :class:`~carreau.errors.Unknown`.
    """
    words, column = Words.of(content, shown), indicator_of(content, shown)
    shapes = _shapes(content)
    values = content.table[column.name].to_pylist()
    grades = _column(content, f"{column.name}_note")
    classes = Classes.of(column, values)
    frame = Frame(box_of([shape for shape in shapes if shape is not None]), WIDTH, HEIGHT, margin=32)
    kilometres, length = frame.rule()
    weak = [value is not None and grade in _LOW for value, grade in zip(values, grades, strict=True)]
    title = _title(content, column, words)
    indicator = f"{title}, {column.unit}" if column.unit else title
    return {
        "title": shown.title or indicator,
        "indicator": indicator,
        "selection": shown.selection,
        "language": shown.language,
        "svg": svg(frame, _drawing(content, frame, shapes, [classes.colour(value) for value in values], weak)),
        "legend": classes.legend(values, shown.language),
        "weak": sum(weak),
        "empty": sum(value is None for value in values),
        "hidden_colour": EMPTY,
        "length": length / WIDTH,
        "rule": _rule(kilometres, shown.language),
        "alt": words["alt_map"].format(title=indicator, count=content.table.num_rows),
        "source": _source(column),
        "standing": content.certificate["standing"][:1],
        "certificate": content.certificate["id"],
        "words": {name: text for name, text in words.own.items() if isinstance(text, str)},
    }


def _shapes(content: Content) -> list[Any]:
    """The contours of the places of the slice, one at least, ten thousand at most."""
    if content.table.num_rows > MOST:
        raise Unknown(
            "cette carte serait illisible",
            given=f"{content.table.num_rows} lieux",
            expected=f"{MOST} lieux au plus",
            advice="choisir un territoire plus petit, ou le niveau des communes ou des départements",
        )
    shapes = shapes_shown(content)
    if not any(shape is not None and not shape.is_empty for shape in shapes):
        raise Missing(
            "aucun de ces lieux n'a de contour connu : pas de carte",
            given=f"{content.table.num_rows} lieux",
            expected="un lieu au moins qui ait un contour",
            advice="demander un .xlsx ou un .csv",
        )
    return shapes


def _title(content: Content, column: Column, words: Words) -> str:
    """The title of a column; that of a margin, or of a difference, says of what."""
    known = {one.name: one for one in (content.whole or content).schema.columns}
    about = known.get(column.of)
    if about is None or column.name == about.name or not column.name.startswith(f"{about.name}_"):
        return words.title(column)
    beside = words.own["beside"].get(column.name.removeprefix(f"{about.name}_"), column.title)
    return f"{words.title(about)} ({beside})"


def _column(content: Content, name: str) -> list[Any]:
    """The values of a column, or none for each row when the slice does not have it."""
    if name in content.schema.names:
        return list(content.table[name].to_pylist())
    return [None] * content.table.num_rows


def _drawing(content: Content, frame: Frame, shapes: list[Any], colours: list[str], weak: list[bool]) -> str:
    """The body of the picture: the land around, the places in their shades, then the hatches."""
    around = [f'<path d="{path}" fill="{LAND}"/>' for path in paths(frame, _around(content, frame))]
    drawn = paths(frame, shapes)
    filled = [f'<path d="{path}" fill="{colour}"/>' for path, colour in zip(drawn, colours, strict=True) if path]
    hatches = [(path, "vide") for path, colour in zip(drawn, colours, strict=True) if colour == EMPTY]
    hatches += [(path, "faible") for path, low in zip(drawn, weak, strict=True) if low]
    hatched = [f'<path d="{path}" fill="url(#{name})"/>' for path, name in hatches if path]
    patterns = _HATCH.format(name="vide", colour="#9A948A") + _HATCH.format(name="faible", colour="#FFFFFF")
    width = "0.9" if len(shapes) < _CROWD else "0.3"
    edges = f'stroke="#FFFFFF" stroke-width="{width}" stroke-linejoin="round"'
    return f"<defs>{patterns}</defs><g {edges}>{''.join(around)}{''.join(filled)}</g>{''.join(hatched)}"


def _around(content: Content, frame: Frame) -> list[Any]:
    """The shapes of the places around the slice, in its own departments, when they are few."""
    key, whole = key_of(content), content.whole
    if not key or whole is None or whole.geometry is None or key not in whole.schema.names:
        return []
    departments = pc.unique(pc.utf8_slice_codeunits(content.table[key], 0, 2))
    if len(departments) > _DEPARTMENTS:
        return []
    near = pc.is_in(pc.utf8_slice_codeunits(whole.table[key], 0, 2), value_set=departments)
    others = pc.and_(near, pc.invert(pc.is_in(whole.table[key], value_set=_flat(content.table[key]))))
    found = shapes_of(whole.geometry.filter(others).drop_null().to_pylist())
    return list(found[shapely.intersects(found, shapely.box(*frame.wider(1.0)))])


def _flat(values: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return values.combine_chunks()


def _rule(kilometres: float, language: str) -> str:
    """The length of the scale in words."""
    metres = kilometres < 1
    return f"{number(kilometres * 1000 if metres else kilometres, 0, language)} {'m' if metres else 'km'}"


def _source(column: Column) -> str:
    """Where the figures come from."""
    return " · ".join(text for text in (column.provenance.source, column.provenance.vintage) if text)
