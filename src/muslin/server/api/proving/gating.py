"""Gating: the brand's rules, the five gates, and overrides by name."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from muslin.domain.house.people import Right
from muslin.domain.judging import Parity
from muslin.domain.leaving import Override
from muslin.domain.proving.gates import GateRecord
from muslin.domain.proving.rules import Rules, RulesVersion
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, OnceDep, PartDep
from muslin.server.studio import CallerDep, StudioDep

router = APIRouter(prefix="/api/v1", tags=["gating"], responses=REFUSALS)


class Excuse(BaseModel):
    """A check that shall not hold a release back, and why; kept and shown for ever."""

    check: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=1000)


@router.get("/profiles/{name}/gates")
@allow(Right.LOOK)
def gates(studio: StudioDep, name: str) -> list[GateRecord]:
    """The five gates of a name as they stand now, each with its evidence."""
    return studio.gates(name)


@router.get("/profiles/{name}/gates/history")
@allow(Right.LOOK)
def history(studio: StudioDep, part: PartDep, name: str) -> Listed[GateRecord]:
    """Every record of a name's gates, oldest first."""
    return part.of(studio.gate_history(name))


@router.post("/reports/{report}/overrides", status_code=201)
@allow(Right.RELEASE)
def override(
    studio: StudioDep, caller: CallerDep, once: OnceDep, report: str, excuse: Excuse
) -> Override:
    """Let one check not hold a release back, in the name of whoever's key was sent."""
    return once(
        Override,
        excuse,
        lambda: studio.override(report, excuse.check, caller.name, excuse.reason),
    )


@router.post("/reports/{report}/parity", status_code=201)
@allow(Right.WORK)
def check_parity(studio: StudioDep, once: OnceDep, report: str) -> Parity:
    """Draw up to four probes as pictures are served, beside those of the proof; takes a while."""
    return once(Parity, "", lambda: studio.check_parity(report))


@router.get("/rules")
@allow(Right.LOOK)
def house_rules(studio: StudioDep) -> RulesVersion | None:
    """The rules of the whole house; null = none were set."""
    return studio.rules()


@router.put("/rules")
@allow(Right.RELEASE)
def set_house_rules(studio: StudioDep, caller: CallerDep, rules: Rules) -> RulesVersion:
    """Make rules count for the whole house; the same again change nothing."""
    return studio.set_rules(rules, caller.name)


@router.get("/profiles/{name}/rules")
@allow(Right.LOOK)
def rules(studio: StudioDep, name: str) -> RulesVersion | None:
    """The rules that count for a name, its own or the house's; null = there are none."""
    return studio.rules(name)


@router.put("/profiles/{name}/rules")
@allow(Right.RELEASE)
def set_rules(studio: StudioDep, caller: CallerDep, name: str, rules: Rules) -> RulesVersion:
    """Make rules count for a name; the same again change nothing."""
    return studio.set_rules(rules, caller.name, name)
