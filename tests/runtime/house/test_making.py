"""Ordered pictures: fair turns, the same seeds, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from muslin.domain.errors import PlanRefused
from muslin.domain.house.orders import OrderState
from muslin.domain.leaving import GenerateOrder, ImageRequest
from muslin.domain.progress import Report
from muslin.imaging.types import Picture
from muslin.runtime.bootstrap import Workshop
from muslin.runtime.desks.leaving.making import TURN
from muslin.runtime.house.easel import Easel
from muslin.runtime.studio import Studio


class Drawer:
    """Draws grey, and remembers for whom."""

    def __init__(self) -> None:
        self.asked: list[ImageRequest] = []
        self.breaks = False

    def use(self, adapter_folder: Path | None) -> None:
        """Draw with whatever."""

    def render(self, requests: Sequence[ImageRequest], report: Report) -> Iterator[Picture]:
        if self.breaks:
            raise PlanRefused("Memory ran out.", hint="Order smaller pictures.")
        for request in requests:
            self.asked.append(request)
            yield np.full((request.height_px, request.width_px, 3), 128, np.uint8)


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


@pytest.fixture
def studio(tmp_path: Path, drawer: Drawer) -> Iterator[Studio]:
    with Workshop.open(tmp_path) as shop:
        vars(shop)["easel"] = Easel(lambda _: drawer)  # type: ignore[arg-type,return-value]
        yield Studio(shop)


def an_order(*prompts: str, count: int = 1) -> GenerateOrder:
    return GenerateOrder(prompts=prompts, count=count, width_px=64, height_px=64, seed=5)


def test_a_batch_keeps_nobody_waiting(studio: Studio, drawer: Drawer) -> None:
    studio.order_pictures(an_order("a coat", count=20), "Ada")
    studio.order_pictures(an_order("a dress", count=2), "Grace")
    served: dict[str, float] = {}

    while studio.draw_next(served):
        pass

    prompts = [request.prompt for request in drawer.asked]
    assert prompts.index("a dress") <= TURN
    assert prompts.count("a coat") == 20
    assert {order.state for order in studio.picture_orders()} == {OrderState.DONE}


def test_turns_draw_the_very_pictures_that_the_order_asked_for(
    studio: Studio, drawer: Drawer
) -> None:
    order = an_order("a coat", "a dress", "a skirt", count=5)
    kept = studio.order_pictures(order, "Ada")
    while studio.draw_next({}):
        pass
    by_turns = list(drawer.asked)
    drawer.asked.clear()
    studio.generate(order)

    assert by_turns == drawer.asked
    done = studio.picture_order(kept.id)
    assert [studio.generation(id).request for id in done.made] == by_turns


def test_an_order_goes_on_where_it_was_and_stops_when_told(studio: Studio) -> None:
    kept = studio.order_pictures(an_order("a coat", count=3 * TURN), "Ada")

    half = studio.draw_next({})
    assert half is not None
    assert (len(half.made), half.state) == (TURN, OrderState.OPEN)
    assert studio.cancel_order(kept.id).state is OrderState.CANCELLED
    assert studio.draw_next({}) is None
    assert len(studio.picture_order(kept.id).made) == TURN


def test_what_cannot_be_drawn_says_why_and_holds_up_nobody(studio: Studio, drawer: Drawer) -> None:
    bad = studio.order_pictures(an_order("a coat"), "Ada")
    drawer.breaks = True
    studio.draw_next({})
    drawer.breaks = False
    studio.order_pictures(an_order("a dress"), "Ada")
    studio.draw_next({})

    ended = studio.picture_order(bad.id)
    assert (ended.state, ended.error) == (OrderState.FAILED, "Memory ran out.")
    assert [request.prompt for request in drawer.asked] == ["a dress"]


def test_a_base_is_opened_once_for_many_orders() -> None:
    opened: list[str] = []
    easel = Easel(lambda base: opened.append(base) or Drawer())  # type: ignore[arg-type,func-returns-value,return-value]
    for base in ("starter", "starter", "sdxl", "sdxl", "starter"):
        with easel.at(base):
            pass

    assert opened == ["starter", "sdxl", "starter"]


def test_time_is_foreseen_only_from_what_was_measured(studio: Studio) -> None:
    assert studio.seconds_each() is None
    studio.order_pictures(an_order("a coat", count=2), "Ada")
    studio.draw_next({})

    each = studio.seconds_each()
    assert each is not None
    assert 0 <= each < 5
