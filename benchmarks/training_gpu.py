"""Claim: on a GPU our step takes a third of eager peft's on SDXL, two thirds on Z-Image.

`python -m benchmarks.training_gpu` builds SD 1.5, SDXL and Z-Image in their true shapes with random
weights in bfloat16 and learns LoRA of rank 16 in their attention layers, 1 and 4 photos per step:
once as diffusers' scripts do it (peft, autocast, torch's AdamW), once through our loop. Both get
latents and captions that are encoded already. Without a GPU nothing is measured, and it says so.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import autograd, nn
from torch.nn.functional import mse_loss
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.figures import ShapeFigures, Spread, TrainingGpuFigures
from benchmarks.results import read_result, shown, write_result
from benchmarks.training.our_run import PEER_LAYERS
from benchmarks.training.true_shapes import DTYPE, SHAPES, Shape
from muslin.domain.profile import Profile
from muslin.networks.diffusion.tuning.methods import begin
from muslin.training.draws import Batch
from muslin.training.loop import learn
from muslin.training.optimizers import CLIP_NORM, Update

NAME = "training_gpu"
NO_GPU = "No GPU here: nothing was measured."
RANK = 16
WARM_UP = 3
SQUARES = (2048, 4096, 8192, 16384)
"""Sides of the products that find the ceiling; which one is fastest differs between GPUs."""
Step = Callable[[], None]
Contender = Callable[[Shape, nn.Module, Batch], Step]


def eager_peft(shape: Shape, network: nn.Module, batch: Batch) -> Step:
    """A step of diffusers' scripts with bfloat16: peft's layers in float32 under autocast."""
    from peft import LoraConfig

    layers = ["to_k", "to_q", "to_v", "to_out.0"]
    network.add_adapter(LoraConfig(r=RANK, lora_alpha=RANK, target_modules=layers))  # type: ignore[operator]
    learning = [p for p in network.parameters() if p.requires_grad]
    for parameter in learning:
        parameter.data = parameter.data.float()
    optimizer = torch.optim.AdamW(learning, 1e-4)

    def step() -> None:
        with torch.autocast(batch.noisy.device.type, DTYPE):
            predicted = shape.answer(network, batch.noisy, batch.times, batch.condition)
        autograd.backward(mse_loss(predicted, batch.target))
        nn.utils.clip_grad_norm_(learning, CLIP_NORM)
        optimizer.step()
        optimizer.zero_grad()

    return step


def ours(shape: Shape, network: nn.Module, batch: Batch) -> Step:
    """A step of our loop."""
    profile = Profile(rank=RANK, alpha=RANK, steps=100_000)
    tuning = begin(network, PEER_LAYERS, shape.family.prefix, profile)
    update = Update(tuning.learning, profile)
    taken = learn(partial(shape.answer, network), itertools.repeat(batch), update)

    def step() -> None:
        next(taken)

    return step


def measure_shape(shape: Shape, batch_size: int, device: torch.device, steps: int) -> ShapeFigures:
    """Contenders one after the other, each with a network of its own that is gone afterwards."""
    peer_s, peer_bytes, _ = measure_steps(eager_peft, shape, batch_size, device, steps)
    ours_s, ours_bytes, tflop = measure_steps(ours, shape, batch_size, device, steps)
    return ShapeFigures(
        side_px=shape.side_px,
        batch_size=batch_size,
        peer_s=Spread.of(peer_s),
        ours_s=Spread.of(ours_s),
        peer_peak_bytes=peer_bytes,
        ours_peak_bytes=ours_bytes,
        tflop=tflop,
    )


def measure_steps(
    contender: Contender, shape: Shape, batch_size: int, device: torch.device, steps: int
) -> tuple[list[float], int, float]:
    """Seconds of each step, peak bytes on the device (0 on a CPU), TFLOP of a step."""
    network = shape.network(device)
    step = contender(shape, network, shape.batch(batch_size, device))
    with FlopCounterMode(display=False) as counter:
        step()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    seconds = timed(step, device, WARM_UP + steps)[WARM_UP:]
    peak_bytes = torch.cuda.max_memory_allocated() if device.type == "cuda" else 0
    return seconds, peak_bytes, counter.get_total_flops() / 1e12


def timed(step: Step, device: torch.device, count: int) -> list[float]:
    """Wall seconds of each of `count` calls, their work on the device included."""
    seconds = []
    for _ in range(count):
        _wait(device)
        started_at = time.perf_counter()
        step()
        _wait(device)
        seconds.append(time.perf_counter() - started_at)
    return seconds


def ceiling_tflop_s(device: torch.device, sides: tuple[int, ...] = SQUARES) -> float:
    """The most that products of square matrices reach in bfloat16, TFLOP per second."""
    return max(_product_tflop_s(side, device) for side in sides)


def _product_tflop_s(side: int, device: torch.device) -> float:
    one = torch.randn(side, side, device=device, dtype=DTYPE)
    out = torch.empty_like(one)

    def step() -> None:
        torch.mm(one, one, out=out)

    seconds = statistics.median(timed(step, device, WARM_UP + 10)[WARM_UP:])
    return 2 * side**3 / seconds / 1e12


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def measure(device: torch.device, steps: int) -> TrainingGpuFigures:
    """Every shape at 1 and 4 photos, kept as soon as it is known."""
    before, name = read_result(NAME, TrainingGpuFigures), torch.cuda.get_device_name(device)
    figures = TrainingGpuFigures(
        device=name,
        torch=torch.__version__,
        ceiling_tflop_s=ceiling_tflop_s(device),
        shapes=before.shapes if before is not None and before.device == name else {},
    )
    for (label, shape), batch_size in itertools.product(SHAPES.items(), (1, 4)):
        found = measure_shape(shape, batch_size, device, steps)
        torch.cuda.empty_cache()
        shapes = {**figures.shapes, f"{label}, {batch_size}": found}
        figures = figures.model_copy(update={"shapes": shapes})
        write_result(NAME, figures)
        print(f"{label}, {batch_size}: {told(found, figures.ceiling_tflop_s)}", flush=True)
    return figures


def told(found: ShapeFigures, ceiling: float) -> str:
    """Ratio, share of the ceiling, memory of both."""
    tflop_s = found.tflop / found.ours_s.median
    return (
        f"{found.peer_s.median / found.ours_s.median:.2f} times as fast as the peer, "
        f"{tflop_s:.0f} TFLOP/s = {100 * tflop_s / ceiling:.0f} % of the ceiling, "
        f"{found.ours_peak_bytes / 1e9:.1f} GB (peer {found.peer_peak_bytes / 1e9:.1f} GB)"
    )


def main() -> None:
    """Measure, keep, show."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training_gpu", description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    steps = parser.parse_args().steps
    if not torch.cuda.is_available():
        print(NO_GPU)
        return
    figures = measure(torch.device("cuda"), steps)
    ceiling = figures.ceiling_tflop_s
    print(shown({name: told(found, ceiling) for name, found in figures.shapes.items()}))


if __name__ == "__main__":
    main()
