"""The typesetting of a page by typst, with the fonts that it carries, so that a page is the same on any machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst


def pdf_of(template: Path, facts: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF that ``template`` makes of ``facts``: tagged, following PDF/UA-1, and the same at any time of making."""
    return typst.compile(
        template.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs=_inputs(facts),
        pdf_standards="ua-1",
        timestamp=made_at.replace(microsecond=0),
    )


def png_of(template: Path, facts: Mapping[str, Any], density: float) -> bytes:
    """The picture that ``template`` makes of ``facts``, at ``density`` points per inch."""
    return typst.compile(
        template.read_bytes(), format="png", font_paths=_fonts(), sys_inputs=_inputs(facts), ppi=density
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts that typst carries, and no other."""
    return typst.Fonts(include_system_fonts=False)


def _inputs(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts as a template reads them."""
    return {"facts": json.dumps(facts, ensure_ascii=False)}
