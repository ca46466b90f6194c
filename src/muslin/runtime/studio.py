"""The studio: every verb of the product, for Python, the command line and HTTP alike."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from muslin.domain.progress import Report, silent
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.desks.curating.rights import RightsDesk
from muslin.runtime.desks.house.overview import OverviewDesk
from muslin.runtime.desks.house.people import PeopleDesk
from muslin.runtime.desks.house.showing import ShowingDesk
from muslin.runtime.desks.leaving.making import MakingDesk
from muslin.runtime.desks.leaving.releasing import ReleasingDesk
from muslin.runtime.desks.proving.gating import GatingDesk
from muslin.runtime.desks.proving.judging import JudgingDesk
from muslin.runtime.desks.proving.learning import LearningDesk
from muslin.runtime.desks.proving.retraining import RetrainingDesk
from muslin.runtime.desks.proving.reviewing import ReviewingDesk
from muslin.runtime.desks.training import TrainingDesk
from muslin.runtime.desks.weights import WeightsDesk
from muslin.runtime.doctor import DoctorLine, examine
from muslin.runtime.orders import Foresee, RunOrder, RunOutcome, in_silence


class Studio(
    RightsDesk,
    TrainingDesk,
    JudgingDesk,
    GatingDesk,
    ReviewingDesk,
    LearningDesk,
    RetrainingDesk,
    ReleasingDesk,
    MakingDesk,
    WeightsDesk,
    OverviewDesk,
    ShowingDesk,
    PeopleDesk,
):
    """An open studio; a context manager. Every method is one or more whole transactions."""

    @classmethod
    def open(cls, home: Path | None = None) -> Self:
        """The studio in a folder (default $MUSLIN_HOME or ~/.muslin), made when missing."""
        return cls(Workshop.open(home))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shop.__exit__(kind, error, trace)

    def run(
        self, order: RunOrder, report: Report = silent, foresee: Foresee = in_silence
    ) -> RunOutcome:
        """Everything from a folder to a proof and, with `approve_as`, to a live release.

        `foresee` is told of the plan before anything is trained.
        """
        from muslin.runtime.whole import run_whole

        return run_whole(self, order, report, foresee)

    def doctor(self) -> list[DoctorLine]:
        """What is here, what is missing, and how to get it."""
        return list(examine(self._shop.home.root))
