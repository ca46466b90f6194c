"""Making: pictures ordered by several people, drawn in fair turns, and found again."""

from __future__ import annotations

import time

from muslin.domain.errors import StudioError
from muslin.domain.fact import GenerationId, ReleaseId, fresh, now
from muslin.domain.house.orders import OrderState, PictureOrder
from muslin.domain.leaving import GenerateOrder, Generation
from muslin.domain.progress import Report, silent
from muslin.runtime.desks.leaving.pictures import PicturesDesk
from muslin.runtime.storage.records import Records
from muslin.tools.generate import PROMPT_STRIDE

TURN = 4
"""Pictures of one order before the next person's turn, so that a batch keeps nobody waiting."""
PACE_FROM = 5
"""Newest finished orders that the time of the next one is foreseen from."""


class MakingDesk(PicturesDesk):
    """Order, draw, find."""

    def order_pictures(self, order: GenerateOrder, person: str) -> PictureOrder:
        """Queue pictures. Raises NotFound and the licence's refusals before anything is kept."""
        self.permit(self._look(order).base)
        kept = PictureOrder(id=fresh("order"), person=person, order=order, created_at=now())
        with self._shop.storage.transaction() as connection:
            Records(connection).picture_orders.add(kept)
        return kept

    def picture_order(self, order: str) -> PictureOrder:
        """An order by its id."""
        return self._read(lambda records: records.picture_orders.get(order))

    def picture_orders(self) -> list[PictureOrder]:
        """All orders, newest first."""
        return self._read(lambda records: records.picture_orders.all())[::-1]

    def cancel_order(self, order: str) -> PictureOrder:
        """Draw no more of an order; what is drawn stays."""
        with self._shop.storage.transaction() as connection:
            orders = Records(connection).picture_orders
            ended = orders.get(order).model_copy(update={"state": OrderState.CANCELLED})
            orders.change(ended)
            return orders.get(order)

    def draw_next(self, served: dict[str, float], report: Report = silent) -> PictureOrder | None:
        """Draw the next few pictures of whoever waited longest; None when nobody waits.

        `served` holds when each person last had a turn, and is brought up to date.
        """
        waiting = self._read(lambda records: records.picture_orders.open())
        if not waiting:
            return None
        turn = min(waiting, key=lambda o: (served.get(o.person, 0.0), o.created_at))
        served[turn.person] = time.monotonic()
        after = self._drawn(turn, report)
        with self._shop.storage.transaction() as connection:
            Records(connection).picture_orders.change(after)
        return after

    def seconds_each(self) -> float | None:
        """Seconds that a picture took of late; None before any was ordered."""
        done = [o for o in self.picture_orders() if o.state is OrderState.DONE and o.made]
        newest = done[:PACE_FROM]
        made = sum(len(order.made) for order in newest)
        return sum(order.seconds for order in newest) / made if made else None

    def generation(self, id: str) -> Generation:
        """A finished picture by its id."""
        return self._read(lambda records: records.generations.get(GenerationId(id)))

    def generations(self, words: str = "", release: str | None = None) -> list[Generation]:
        """Finished pictures, newest first, whose prompt holds all of some words."""
        wanted = words.casefold().split()
        found = self._read(lambda records: records.generations.all())
        return [
            one
            for one in reversed(found)
            if all(word in one.request.prompt.casefold() for word in wanted)
            and (not release or one.release == release)
        ]

    def affected_by(self, release: ReleaseId) -> list[Generation]:
        """What was made with a release, newest first."""
        return self._read(lambda records: records.generations.of_release(release))[::-1]

    def _drawn(self, order: PictureOrder, report: Report) -> PictureOrder:
        start = time.monotonic()
        try:
            made = self.generate(_next_of(order), report)
        except StudioError as error:
            failed = {"state": OrderState.FAILED, "error": str(error), "hint": error.hint}
            return order.model_copy(update=failed)
        ids = (*order.made, *(one.id for one in made))
        over = len(ids) >= order.total
        return order.model_copy(
            update={
                "made": ids,
                "seconds": round(order.seconds + time.monotonic() - start, 2),
                "state": OrderState.DONE if over else OrderState.OPEN,
            }
        )


def _next_of(order: PictureOrder) -> GenerateOrder:
    """The next few pictures of an order, with the very seeds that they have in the whole."""
    whole = order.order
    prompt, drawn = divmod(len(order.made), whole.count)
    return whole.model_copy(
        update={
            "prompts": (whole.prompts[prompt],),
            "count": min(TURN, whole.count - drawn),
            "seed": (whole.seed + PROMPT_STRIDE * prompt + drawn) % 2**32,
        }
    )
