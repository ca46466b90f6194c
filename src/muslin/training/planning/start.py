"""How long a job's process takes to begin: measured by starting one that opens the base and ends.

`python -m muslin.training.planning.start BASE DEVICE` is that process. It imports what a job does,
opens the denoiser, as training does, then the rest, as drawing does, and says a word after each.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass

from muslin.domain.errors import PlanRefused


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until a fresh process can take its first step, and until it can draw."""

    train_s: float = 0.0
    draw_s: float = 0.0


def measure_start(base: str, device: str) -> Start:
    """Start such a process and wait for it; photos that are encoded already are not waited for.

    Raises PlanRefused when it dies, most likely for want of memory, as the job itself would.
    """
    started_at = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, base, device],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as child:
        assert child.stdout is not None
        ends = [time.perf_counter() - started_at for _ in child.stdout]
    if child.returncode != 0 or len(ends) != 2:
        raise PlanRefused(
            f"A process that opens the base {base!r} ended with status {child.returncode}.",
            hint="Close other programs or take a smaller base: it may have wanted more memory.",
        )
    return Start(*ends)


def main() -> None:
    """Open everything of a base, as a job would."""
    from muslin.networks.diffusion.lean import import_leanly

    import_leanly()
    import torch

    from muslin.networks.diffusion.base import open_base
    from muslin.networks.diffusion.opening import open_autoencoder, open_denoiser, open_text

    name, place = sys.argv[1:]
    base, device = open_base(name), torch.device(place)
    opened: list[object] = [open_denoiser(base, device)]
    print("denoiser", flush=True)
    opened += [open_autoencoder(base, device), open_text(base, device)]
    print("everything", flush=True)


if __name__ == "__main__":
    main()
