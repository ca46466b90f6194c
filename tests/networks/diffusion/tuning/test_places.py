from __future__ import annotations

import pytest

from muslin.networks.diffusion.families.stable_diffusion_3 import FAMILY
from muslin.networks.diffusion.tuning.places import matching


@pytest.mark.parametrize(("depth", "first"), [(24, 12), (38, 19), (5, 3), (2, 1)])
def test_style_is_learnt_in_the_later_half_of_the_blocks_however_many(
    depth: int, first: int
) -> None:
    names = [f"transformer_blocks.{block}.attn.to_q" for block in range(depth)]

    assert matching(names, FAMILY.style_targets) == set(names[first:])


def test_a_rule_without_late_blocks_takes_every_name_that_matches_as_a_whole() -> None:
    assert matching(["a.to_q", "b.to_q", "b.to_q.base"], r"[ab]\.to_q") == {"a.to_q", "b.to_q"}
