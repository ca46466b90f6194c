"""Profiles by the user's intent: four names, and the reason for every field that differs.

The figures are starting points from the papers named here, for a base of the size of the starter;
they were not compared with one another on photos yet.
"""

from __future__ import annotations

from typing import Literal

from muslin.domain.profile import Profile

Preset = Literal["look", "product", "identity", "everything"]

PRESETS: dict[Preset, Profile] = {
    # Light, colour and finish of a brand's pictures, with no garment learnt by heart: B-LoRA (arXiv
    # 2403.14572) finds style and content in different blocks of one network. A rank of 8 is enough
    # for what all photos share.
    "look": Profile(layers="style", rank=8, alpha=8.0),
    # Garments as they are: all layers. What the garment covers weighs four times as much as what is
    # around it, which is not left out, for a backdrop that nobody watches drifts. Where noise is
    # strongest half the ranks learn, so that the layout of 20 photos is not learnt by heart
    # (T-LoRA, arXiv 2507.05964, section 3.1).
    "product": Profile(garment_weight=4.0, backdrop_weight=1.0, least_rank_fraction=0.5),
    # One house fashion model, the same in every picture: half the usual rate, twice the steps and
    # averaged weights, so that a face settles. A third of the steps holds the network to what it
    # knew of people, as DreamBooth's prior does (arXiv 2208.12242, section 3.2).
    "identity": Profile(
        learning_rate=2.5e-4,
        steps=800,
        warmup_steps=60,
        save_every=200,
        ema=0.99,
        prior_fraction=0.33,
    ),
    # Every weight: the most that can be learnt, and forgotten. A tenth of an adapter's rate,
    # averaged weights, and a fifth of the steps for what the network knew. It learns by heart
    # soonest, and each checkpoint is a whole network to keep and to prove: two in a row that do no
    # better on held-out photos end it. Others go on: the pick passes such a checkpoint over anyway.
    "everything": Profile(
        method="full", learning_rate=5e-5, ema=0.999, prior_fraction=0.2, stop_when_flat=2
    ),
}
