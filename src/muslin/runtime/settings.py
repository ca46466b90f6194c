"""What the surroundings may decide: every setting is an environment variable `MUSLIN_…`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from muslin.domain.errors import InvalidRequest


class Settings(BaseSettings):
    """Bounded and complete: no setting is ever unset."""

    model_config = SettingsConfigDict(env_prefix="MUSLIN_", frozen=True, extra="ignore")

    home: Path = Field(Path("~/.muslin"), description="the studio's folder")
    database_url: str = Field(
        "", description="SQLAlchemy URL of a database; empty = SQLite in the studio's folder"
    )
    lease_s: float = Field(
        30.0, ge=1, le=3600, description="seconds without a sign of life after which a job is free"
    )
    threads: int = Field(0, ge=0, le=1024, description="CPU threads of the networks; 0 = all cores")


def read_settings() -> Settings:
    """The settings of this process.

    Raises InvalidRequest when a variable has a value that its setting cannot take.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        variable = "MUSLIN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidRequest(
            f"{variable} is {first['input']!r}: {first['msg']}.",
            hint=f"Correct {variable} or unset it.",
        ) from error
