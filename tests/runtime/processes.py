"""Processes of our own, forked from a clean server so that no test's threads come along."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import ParamSpec

P = ParamSpec("P")
_IMPORTED_ONCE = ["pytest", "tests.runtime.jobs.team", "tests.runtime.storage.crowd"]


def start(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> BaseProcess:
    """Start a process that calls `work`, which must be importable, as its arguments must be."""
    process = _context().Process(target=work, args=args, kwargs=kwargs)
    process.start()
    return process


def run_at_once(count: int, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call `work` in so many processes at a time, and see that each ends well."""
    processes = [start(work, *args, **kwargs) for _ in range(count)]
    for process in processes:
        process.join(30)
    assert [process.exitcode for process in processes] == [0] * count


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED_ONCE)
    return context
