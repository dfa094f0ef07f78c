"""Saved analyses: one's own, listed, saved, deleted; nobody sees another's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from carreau.counters.sign_in.doors import required
from carreau.counters.sign_in.problems import problems
from carreau.counters.sign_in.shapes import AnalysisFacts, NewAnalysis
from carreau.counters.sign_in.visitors import house
from carreau.market import Account
from carreau.market.analyses import Analysis

router = APIRouter(tags=["analyses"])
Reader = Annotated[Account, Depends(required("reader"))]


@router.get("/analyses", responses=problems(401, 403))
def list_analyses(request: Request, account: Reader) -> list[AnalysisFacts]:
    """One's saved analyses, the latest first."""
    return [_facts(analysis) for analysis in house(request).analyses.listed(account.id)]


@router.post("/analyses", status_code=201, responses=problems(400, 401, 403, 422))
def save_analysis(request: Request, account: Reader, given: NewAnalysis) -> AnalysisFacts:
    """Save an analysis under a name."""
    return _facts(house(request).analysis_saved(account, given.name.strip(), given.state))


@router.delete("/analyses/{identifier}", status_code=204, responses=problems(401, 403, 404))
def delete_analysis(request: Request, account: Reader, identifier: str) -> Response:
    """Delete one of one's analyses."""
    house(request).analyses.deleted(identifier, account.id)
    return Response(status_code=204)


def _facts(analysis: Analysis) -> AnalysisFacts:
    """A saved analysis, as it goes out."""
    return AnalysisFacts(
        id=analysis.id, name=analysis.name, state=dict(analysis.state), created_at=analysis.created_at
    )
