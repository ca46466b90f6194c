"""The product as a script sees it: words in, one JSON object out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from muslin.domain.leaving import Generation
from muslin.imaging.metadata import decode
from muslin.imaging.types import Picture

A = TypeVar("A", bound=BaseModel)


class Images(BaseModel):
    """What `muslin images generate --json` answers: pictures in their order, files with sheet."""

    model_config = ConfigDict(frozen=True)

    images: tuple[Generation, ...]
    files: tuple[Path, ...]

    def pictures(self) -> list[Picture]:
        """The pictures themselves; the contact sheet, which is the last file, is left out."""
        return [decode(file.read_bytes()) for file in self.files[:-1]]


def executable() -> Path:
    """The `muslin` of this environment."""
    return Path(sys.executable).with_name("muslin")


def ask(answer: type[A], *words: str | Path) -> A:
    """Call `muslin … --json` and read its answer; progress and refusals go to our stderr.

    Raises CalledProcessError when its exit status is not 0.
    """
    done = subprocess.run(
        [executable(), *words, "--json"], stdout=subprocess.PIPE, text=True, check=True
    )
    return answer.model_validate_json(done.stdout.splitlines()[-1])
