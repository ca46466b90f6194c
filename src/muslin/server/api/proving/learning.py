"""Learning from failures: cases, groups, what to collect, what became better, what to probe."""

from __future__ import annotations

from fastapi import APIRouter

from muslin.domain.house.people import Right
from muslin.domain.judging import ProbeSetVersion
from muslin.domain.proving.failures import (
    CollectionPlan,
    FailureCase,
    FailureComparison,
    FailureGroup,
)
from muslin.domain.proving.ranges import ProductRange, RangeCoverage
from muslin.server.access import allow
from muslin.server.api.shapes import REFUSALS, Listed, PartDep
from muslin.server.studio import StudioDep

router = APIRouter(prefix="/api/v1", tags=["learning"], responses=REFUSALS)


@router.get("/reports/{report}/failures")
@allow(Right.LOOK)
def failures(studio: StudioDep, part: PartDep, report: str) -> Listed[FailureCase]:
    """Every failure of a report's picked checkpoint, found by machines or people."""
    return part.of(studio.failures(report))


@router.get("/reports/{report}/failures/groups")
@allow(Right.LOOK)
def groups(studio: StudioDep, part: PartDep, report: str) -> Listed[FailureGroup]:
    """Failures by kind, garment and colour or backdrop, the surest rate first."""
    return part.of(studio.failure_groups(report))


@router.get("/reports/{report}/failures/plan")
@allow(Right.LOOK)
def collection_plan(studio: StudioDep, report: str) -> CollectionPlan:
    """Which photos to bring, and how many, so that the next training does better."""
    return studio.collection_plan(report)


@router.get("/profiles/{name}/failures")
@allow(Right.LOOK)
def compare(
    studio: StudioDep, name: str, before: str | None = None, after: str | None = None
) -> FailureComparison:
    """How often each kind came up in two reports of a name; its last two unless named."""
    return studio.compare_failures(name, before, after)


@router.get("/profiles/{name}/probes")
@allow(Right.LOOK)
def probe_sets(studio: StudioDep, part: PartDep, name: str) -> Listed[ProbeSetVersion]:
    """Every version of the probes of a name, oldest first."""
    return part.of(studio.probe_sets(name))


@router.post("/profiles/{name}/probes/plan")
@allow(Right.LOOK)
def cover(studio: StudioDep, name: str, brand: ProductRange) -> RangeCoverage:
    """How many pictures a range takes and how long; nothing is kept or drawn."""
    return studio.cover(brand, name)


@router.put("/profiles/{name}/probes")
@allow(Right.WORK)
def set_range(studio: StudioDep, name: str, brand: ProductRange) -> ProbeSetVersion:
    """Let the next proofs of a name cover this range; the same again changes nothing."""
    return studio.set_range(brand, name)
