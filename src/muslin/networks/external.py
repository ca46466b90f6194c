"""Files from outside the package: what each must be, to the byte. The list is `weights.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field

from muslin.domain.errors import NotFound
from muslin.domain.fact import Fact
from muslin.domain.licence import Commercial


class ExternalFile(Fact):
    """One file on the hub, at one revision, with the digest that it must have."""

    name: str = Field(pattern=r"^[a-z0-9.-]+$")
    purpose: str
    hub: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    revision: str = Field(pattern=r"^[0-9a-f]{40}$")  # a commit, so that it never changes
    file: str = Field(pattern=r"^[\w.-]+$")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(gt=0)
    licence: str  # key of a licence record
    commercial: Commercial


@cache
def external_files() -> tuple[ExternalFile, ...]:
    """Every file that may be fetched, in the order of the list."""
    text = files("muslin.networks").joinpath("weights.toml").read_text(encoding="utf-8")
    return tuple(ExternalFile.model_validate(entry) for entry in tomllib.loads(text)["files"])


def external_file(name: str) -> ExternalFile:
    """The file of that name. Raises NotFound."""
    found = next((file for file in external_files() if file.name == name), None)
    if found is None:
        names = ", ".join(file.name for file in external_files())
        raise NotFound(f"No weights called {name!r} can be fetched.", hint=f"Known are: {names}.")
    return found
