"""Proposals: when a look should be taught again, and who said yes."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from muslin.domain.house.people import Right
from muslin.domain.proving.retraining import Proposal, ProposalState
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["proposals"], responses=REFUSALS)


class Answered(BaseModel):
    """Yes or no, and why."""

    state: Literal[ProposalState.APPROVED, ProposalState.DECLINED]
    reason: str = Field("", max_length=1000)


@router.get("/proposals")
@allow(Right.LOOK)
def proposals(studio: StudioDep, part: PartDep, name: str | None = None) -> Listed[Proposal]:
    """Every proposal of one name or of all, with its price; new evidence opens one first."""
    return part.of(studio.proposals(name))


@router.post("/proposals/{proposal}/decision", status_code=201)
@allow(Right.RELEASE)
def decide(
    studio: StudioDep, caller: CallerDep, once: OnceDep, proposal: str, said: Answered
) -> Proposal:
    """Approve or decline in the name of whoever's key was sent."""
    return once(
        Proposal,
        said,
        lambda: studio.decide_proposal(proposal, said.state, caller.name, said.reason),
    )
