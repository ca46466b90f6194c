"""What a brand sells and shows, as far as probes must cover it."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from muslin.domain.fact import Fact


class ProductRange(Fact):
    """The values of every trait that matters to the brand; a probe takes one of each.

    A trait without values is not part of the prompts. `stress` are whole prompts beside the range:
    unusual poses, hard fabrics, places that were never photographed.
    """

    categories: tuple[str, ...] = Field(min_length=1, description="kinds of garment")
    colours: tuple[str, ...] = Field(min_length=1, description="colour names")
    fabrics: tuple[str, ...] = Field((), description="such as silk, lace, sequins, knit")
    presentations: tuple[str, ...] = Field((), description="such as flat lay, on a hanger")
    people: tuple[str, ...] = Field((), description="who wears it, as the prompt would say")
    environments: tuple[str, ...] = Field((), description="where it is shown")
    stress: tuple[str, ...] = Field((), description="whole prompts that are hard")
    seeds_per_prompt: int = Field(1, ge=1, le=8, description="pictures of each prompt")

    @model_validator(mode="after")
    def _nothing_is_said_twice(self) -> Self:
        for name, values in self:
            if isinstance(values, tuple) and len(set(values)) < len(values):
                raise ValueError(f"{name} names something twice")
        return self


class RangeCoverage(Fact):
    """What a set over a range covers and takes, said before anything is drawn."""

    prompts: int
    pictures: int  # of one checkpoint
    combinations: int  # all that there are
    pairs: int  # of two values of different traits; all are covered
    seconds: float | None  # of one checkpoint, at the pace of the last proof; None = unknown
    example: tuple[str, ...]  # the first prompts
