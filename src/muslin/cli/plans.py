"""Plans in words: what a training will take, as a table or in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muslin.cli.printing import table
from muslin.cli.progress import duration

if TYPE_CHECKING:
    from muslin.domain.training import Foreseen, TrainingPlan


def told_plan(planned: TrainingPlan) -> str:
    """A plan for people: the bill with its assumptions, what was chosen and why, notes."""
    head = (
        f"{planned.steps} steps on {planned.photos} photos, {planned.checkpoints} checkpoints, "
        f"each photo seen {planned.views_per_photo:.0f} times"
    )
    bill = [(one.name, amount(one), one.known.value, one.why) for one in planned.bill]
    chosen = [(choice.name, choice.chosen, choice.why) for choice in planned.choices]
    parts = [
        head,
        table(("FORESEEN", "VALUE", "KNOWN FROM", "ASSUMES"), bill, empty=""),
        table(("CHOSEN", "WHAT", "WHY"), chosen, empty=""),
        "\n".join(planned.notes),
    ]
    return "\n\n".join(part for part in parts if part)


def in_brief(planned: TrainingPlan) -> str:
    """A plan in one line: steps, time from quiet to busy, memory, energy and price."""
    bill = {one.name: amount(one) for one in planned.bill}
    quick, slow = duration(planned.seconds), duration(planned.slow_seconds)
    took = f"about {quick}" if quick == slow else f"{quick} to {slow}"
    proof = [f"{bill['validate']} of proof"] if "validate" in bill else []
    said = [f"{planned.steps} steps", took, *proof, bill["memory"]]
    return ", ".join([*said, f"energy {bill['energy']}", f"price {bill['money']}"])


def amount(foreseen: Foreseen) -> str:
    """A number of a plan as people say it: `3 min`, `2.1 GiB`, `0.04 kWh`, `unknown`."""
    if foreseen.value is None:
        return "unknown"
    if foreseen.unit == "s":
        return f"about {duration(foreseen.value)}"
    if foreseen.unit == "bytes":
        return f"{foreseen.value / 2**30:.1f} GiB"
    return f"{foreseen.value:.2g} {foreseen.unit}"
