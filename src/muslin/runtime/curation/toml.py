"""Small TOML files that people write: read into a domain value, refused with what is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from muslin.domain.errors import InvalidRequest
from muslin.domain.fact import Fact
from muslin.runtime.profiles import told

AFact = TypeVar("AFact", bound=Fact)


def read_toml(path: Path, kind: type[AFact], hint: str) -> AFact:
    """The value in a TOML file. Raises InvalidRequest with the hint where it cannot be read so."""
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}.", hint=hint) from error
    except ValidationError as error:
        raise InvalidRequest(f"{path}: {told(error)}", hint=hint) from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise InvalidRequest(f"{path} is not a TOML file: {error}", hint=hint) from error
