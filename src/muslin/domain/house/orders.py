"""Pictures that somebody ordered: kept until the last of them is drawn."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from muslin.domain.fact import Fact, GenerationId
from muslin.domain.leaving import GenerateOrder


class OrderState(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PictureOrder(Fact):
    """An order, who gave it, and what was drawn of it so far, in its order."""

    id: str
    person: str
    order: GenerateOrder
    state: OrderState = OrderState.OPEN
    made: tuple[GenerationId, ...] = ()
    seconds: float = 0.0  # spent drawing
    error: str | None = None
    hint: str | None = None
    created_at: datetime

    @property
    def total(self) -> int:
        """How many pictures were asked for."""
        return len(self.order.prompts) * self.order.count
