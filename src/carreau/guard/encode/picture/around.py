"""The contours that a slice shows, and those of the places around it, found in the release that it was cut from."""

from __future__ import annotations

from typing import Any, Final

import pyarrow.compute as pc
import shapely

from carreau.guard.content import Content
from carreau.guard.encode.picture.outlines import Frame, box_of, paths, shapes_of, svg
from carreau.terms import Role

BLUE: Final = "#1F5C99"
LAND: Final = "#ECE6D8"
EDGE: Final = "#FFFFFF"
SIDE: Final = 160.0
_FAR: Final = 2.2


def key_of(content: Content) -> str:
    """The name of the column that names a place; empty when the slice does not keep it."""
    return next((column.name for column in content.schema.columns if column.role is Role.KEY), "")


def shapes_shown(content: Content) -> list[Any]:
    """The shape of each row, None where there is none: its own, or that of its place in the whole release."""
    if content.geometry is not None:
        return list(shapes_of(content.geometry.to_pylist()))
    key, whole = key_of(content), content.whole
    if not key or whole is None or whole.geometry is None or key not in whole.schema.names:
        return [None] * content.table.num_rows
    places = pc.index_in(content.table[key], value_set=whole.table[key].combine_chunks())
    return list(shapes_of(whole.geometry.take(places).to_pylist()))


def neighbours(content: Content, row: int, box: tuple[float, float, float, float]) -> list[Any]:
    """The shapes of the other places of the same department that touch ``box``."""
    key, whole = key_of(content), content.whole or content
    if not key or whole.geometry is None or key not in whole.schema.names:
        return []
    own = content.table[key][row].as_py()
    near = pc.and_(pc.starts_with(whole.table[key], pattern=own[:2]), pc.not_equal(whole.table[key], own))
    found = shapes_of(whole.geometry.filter(near).drop_null().to_pylist())
    return list(found[shapely.intersects(found, shapely.box(*box))])


def place_map(content: Content, row: int) -> dict[str, Any] | None:
    """The map of one place among its neighbours: the SVG, how many neighbours, the scale; None without a contour."""
    shape = shapes_shown(content)[row]
    if shape is None or shape.is_empty:
        return None
    own = Frame(box_of([shape]), SIDE, SIDE)
    frame = Frame(own.wider(_FAR), SIDE, SIDE, margin=0)
    around = neighbours(content, row, frame.wider(1.0))
    frame = frame if around else own
    drawn = [f'<path d="{path}" fill="{LAND}"/>' for path in paths(frame, around)]
    drawn += [f'<path d="{path}" fill="{BLUE}" stroke="{BLUE}"/>' for path in paths(frame, [shape])]
    kilometres, length = frame.rule()
    clip = f'<rect width="{SIDE:g}" height="{SIDE:g}" fill="#FBF8F1"/>'
    body = f'{clip}<g stroke="{EDGE}" stroke-width="0.8" stroke-linejoin="round">{"".join(drawn)}</g>'
    return {"svg": svg(frame, body), "around": len(around), "kilometres": kilometres, "length": length / SIDE}
