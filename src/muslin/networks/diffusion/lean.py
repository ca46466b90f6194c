"""diffusers and transformers with what Muslin uses of them, and nothing that they merely could use.

Both look for companions while they are imported and take in whatever is there: PEFT and SciPy for
functions that Muslin has of its own, torch's compiler for functions that it never compiles, and all
of diffusers' transformers before one UNet: 3.0 processor seconds where 0.4 do, of 5.8 before the
first step of a training whose photos are encoded. A process that calls `import_leanly` leaves all
of it out.

It is for processes that are Muslin's alone, its command and its jobs: diffusers' pipelines and its
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

BESIDE_DIFFUSERS = ("peft", "scipy", "transformers", "torch._dynamo")
BESIDE_TRANSFORMERS = ("peft", "scipy")
GATHERINGS = ("diffusers.models.transformers", "diffusers.models.unets")
"""Packages that import every network inside them as soon as one is asked for."""
USES_COMPANIONS = ("diffusers.models.modeling_utils", "diffusers.loaders.peft")
"""What every network of diffusers imports, and where companions are taken in."""

_lean = False


def import_leanly() -> None:
    """From now on leave companions out in this process; imports nothing itself."""
    global _lean  # noqa: PLW0603 - a process imports a library once and for all
    _lean = True


def library(name: str) -> ModuleType:
    """diffusers or transformers, imported as this process wants it."""
    if not _lean or name in sys.modules:
        return import_module(name)
    with _absent(BESIDE_DIFFUSERS if name == "diffusers" else BESIDE_TRANSFORMERS):
        return _diffusers() if name == "diffusers" else _transformers()


def _transformers() -> ModuleType:
    """transformers keeps what it found out about companions."""
    found = import_module("transformers")
    import_module("transformers.modeling_utils")
    return found


def _diffusers() -> ModuleType:
    """diffusers asks for its companions once, and its functions that must never be compiled ask
    for the compiler; torch has a way of its own to ask later, when something is compiled.
    """
    torch: Any = import_module("torch")  # what asks later is torch's own secret
    disable = torch.compiler.disable
    torch.compiler.disable = torch._disable_dynamo
    try:
        found = import_module("diffusers")
        for gathering in GATHERINGS:
            _gather_later(gathering)
        for part in USES_COMPANIONS:
            import_module(part)
    finally:
        torch.compiler.disable = disable
    return found


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
