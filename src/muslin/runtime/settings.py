"""What the surroundings may decide: every setting is an environment variable `MUSLIN_…`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from muslin.domain.errors import InvalidRequest
from muslin.domain.licence import Use

RightsDemand = Literal["warned", "required"]
"""Whether a training says that rights are not stated, or is refused for it."""


class Settings(BaseSettings):
    """Bounded and complete: no setting is ever unset."""

    model_config = SettingsConfigDict(env_prefix="MUSLIN_", frozen=True, extra="ignore")

    home: Path = Field(Path("~/.muslin"), description="the studio's folder")
    database_url: str = Field(
        "", description="SQLAlchemy URL of a database; empty = SQLite in the studio's folder"
    )
    use: Use = Field(
        "commercial",
        description="`commercial` or `non-commercial`: decides which bases' licences are refused",
    )
    rights: RightsDemand = Field(
        "warned",
        description="`required`: a training is refused until somebody stated the rights in all "
        "its photos; `warned`: it says what is not stated. Rights that ended or were withdrawn "
        "always refuse",
    )
    lease_s: float = Field(
        30.0, ge=1, le=3600, description="seconds without a sign of life after which a job is free"
    )
    threads: int = Field(0, ge=0, le=1024, description="CPU threads of the networks; 0 = all cores")
    watts: float = Field(
        0.0, ge=0, le=100_000, description="what the machine draws at work; 0 = measure, if it says"
    )
    price_per_kwh: float = Field(
        0.0, ge=0, description="of electricity, in `MUSLIN_CURRENCY`; 0 = unknown"
    )
    price_per_hour: float = Field(
        0.0, ge=0, description="of a hired machine, energy included; 0 = not hired"
    )
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all prices")
    tracking: str = Field(
        "",
        pattern=r"^(mlflow|wandb|trackio)?(,(mlflow|wandb|trackio))*$",
        description="trackers beside TensorBoard, with commas: `mlflow`, `wandb`, `trackio`",
    )

    @property
    def trackers(self) -> tuple[str, ...]:
        """The names in `tracking`, each once."""
        return tuple(dict.fromkeys(name for name in self.tracking.split(",") if name))


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
