"""Profile files: TOML on disk, bounded `Profile`s inside."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

from pydantic import ValidationError

from muslin.domain.errors import InvalidProfile, StudioError
from muslin.domain.profile import Profile
from muslin.training.presets import PRESETS


def read_profile(path: Path) -> Profile:
    """The profile in a TOML file; a field that is left out has its default.

    Raises InvalidProfile when the file cannot be read, is no TOML, has an unknown field or a value
    out of bounds.
    """
    try:
        return Profile.model_validate(fields_of(path, InvalidProfile))
    except ValidationError as error:
        raise InvalidProfile(f"{path}: {told(error)}", hint=way_out(error)) from error


def fields_of(path: Path, refusal: type[StudioError]) -> dict[str, object]:
    """What a TOML file says; raises the refusal when it cannot be read or is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refusal(
            f"{path} cannot be read: {error.strerror}.", hint="Name a file that exists."
        ) from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise refusal(
            f"{path} is not a TOML file: {error}", hint="Write one `field = value` per line."
        ) from error


def named_profile(preset: str | None) -> Profile:
    """A preset's profile, or the built-in one for None; raises InvalidProfile for another name."""
    if preset is None:
        return Profile()
    for name, profile in PRESETS.items():
        if name == preset:
            return profile
    raise InvalidProfile(
        f"There is no preset {preset!r}.", hint=f"Presets are: {', '.join(PRESETS)}."
    )


def told(error: ValidationError) -> str:
    """What is wrong, one sentence per field."""
    return " ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'together'}: {fault['msg']}."
        for fault in error.errors()
    )


def bounds(field: str) -> str:
    """What a field of a profile may be, in words: `a whole number, at least 1, at most 256`."""
    schema = Profile.model_json_schema()["properties"][field]
    if "enum" in schema:
        return "one of " + ", ".join(f'"{word}"' for word in schema["enum"])
    words = {
        "integer": "a whole number",
        "number": "a number",
        "string": "a text",
        "array": "a list of texts",
    }
    limits = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    said = [f"{word} {schema[key]:g}" for key, word in limits.items() if key in schema]
    return ", ".join([words[schema["type"]], *said])


def way_out(error: ValidationError) -> str:
    """How to mend the first fault of a profile."""
    fault = error.errors()[0]
    field = str(fault["loc"][0]) if fault["loc"] else ""
    if field in Profile.model_fields:
        return f"{field} is {bounds(field)}."
    names = list(Profile.model_fields)
    if fault["type"] != "extra_forbidden":
        return "Change one of the two."
    close = difflib.get_close_matches(field, names, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}Fields are: {', '.join(names)}."


def with_steps(profile: Profile, steps: int) -> Profile:
    """The same profile over another number of steps; warm-up and checkpoints keep their share."""
    share = steps / profile.steps
    return profile.model_copy(
        update={
            "steps": steps,
            "warmup_steps": min(steps - 1, round(profile.warmup_steps * share)),
            "save_every": max(1, round(profile.save_every * share)),
        }
    )


def choose_profile(
    path: Path | None, steps: int | None, seed: int | None, preset: str | None = None
) -> Profile:
    """The profile in a file, a preset or the built-in one, with what the command line says else.

    Raises InvalidProfile as `read_profile` does, for a file and a preset together or an unknown
    preset, and when steps or seed are out of bounds.
    """
    if path is not None and preset is not None:
        raise InvalidProfile(
            "A profile file and a preset were both named.",
            hint="Leave one of the two out.",
        )
    profile = read_profile(path) if path is not None else named_profile(preset)
    if steps is not None:
        profile = with_steps(profile, steps)
    if seed is not None:
        profile = profile.model_copy(update={"seed": seed})
    try:
        return Profile.model_validate(profile.model_dump())
    except ValidationError as error:
        raise InvalidProfile(told(error), hint=way_out(error)) from error
