"""diffusers and transformers with what Muslin uses of them, and nothing that they merely could use.

Both look for companions while they are imported and take in whatever is there: PEFT and SciPy for
functions that Muslin has of its own, torch's compiler for functions that it never compiles, and all
of diffusers' transformers before one UNet: 3.0 processor seconds where 0.4 do, of 5.8 before the
first step of a training whose photos are encoded. A process that calls `import_leanly` leaves all
of it out.

It is for processes that are Muslin's alone, those of its jobs: diffusers' pipelines and its
LoRA loader miss their companions there. Where Muslin is a library, nothing is left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

COMPANIONS = {
    "diffusers": ("peft", "scipy", "transformers", "torch._dynamo"),
    "transformers": ("peft", "scipy"),
}
TAKE_IN_COMPANIONS = {
    "diffusers": ("diffusers.models.modeling_utils", "diffusers.loaders.peft"),
    "transformers": ("transformers.modeling_utils",),
}
"""What every network of a library imports, and where its companions are taken in."""
GATHERINGS = ("diffusers.models.transformers", "diffusers.models.unets")
"""Packages that import every network inside them as soon as one is asked for."""

_lean = False


def import_leanly() -> None:
    """From now on leave companions out in this process; imports nothing itself."""
    global _lean  # noqa: PLW0603 - a process imports a library once and for all
    _lean = True


def library(name: str) -> ModuleType:
    """diffusers or transformers, imported as this process wants it.

    A version that cannot do without a companion is imported with all of them.
    """
    if not _lean or name in sys.modules:
        return import_module(name)
    try:
        with _absent(COMPANIONS[name]), _asking_later():
            return _without_companions(name)
    except (ImportError, RuntimeError):  # diffusers makes the latter of the former
        _forget(name)
        return import_module(name)


def _without_companions(name: str) -> ModuleType:
    """Import what asks for companions while they cannot be found; it never asks again."""
    found = import_module(name)
    for gathering in GATHERINGS:
        if gathering.startswith(f"{name}."):
            _gather_later(gathering)
    for part in TAKE_IN_COMPANIONS[name]:
        import_module(part)
    return found


def _forget(name: str) -> None:
    for module in [known for known in sys.modules if f"{known}.".startswith(f"{name}.")]:
        del sys.modules[module]


@contextmanager
def _asking_later() -> Iterator[None]:
    """Functions that must never be compiled say so to the compiler, and to do so import it; torch
    has a way of its own to say it when something is compiled.
    """
    torch: Any = import_module("torch")
    disable = torch.compiler.disable
    torch.compiler.disable = torch._disable_dynamo
    try:
        yield
    finally:
        torch.compiler.disable = disable


@contextmanager
def _absent(names: Iterable[str]) -> Iterator[None]:
    """Modules that were not imported yet cannot be found inside.

    None in `sys.modules` is Python's own way to say so (language reference, 5.3.1).
    """
    hidden = [name for name in names if name not in sys.modules]
    blocks: dict[str, Any] = dict.fromkeys(hidden)
    sys.modules.update(blocks)
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class _Gathering(ModuleType):
    """A package whose own code runs when something of it is asked for, not when a module in it is.

    Its modules are found through `__path__`, which it has from the start.
    """

    __spec__: ModuleSpec

    def __getattr__(self, name: str) -> object:
        """Run the package's code once, then answer as it does."""
        if name.startswith("__") or self.__class__ is not _Gathering:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on a plain package
        assert self.__spec__.loader is not None
        self.__spec__.loader.exec_module(self)
        return getattr(self, name)


def _gather_later(name: str) -> None:
    parent, _, own = name.rpartition(".")
    spec = find_spec(name)
    if spec is None or name in sys.modules:
        return  # another version of diffusers
    package = _Gathering(name)
    package.__dict__.update(module_from_spec(spec).__dict__)
    sys.modules[name] = package
    setattr(import_module(parent), own, package)
