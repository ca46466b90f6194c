"""Write requirements.lock: the exact versions installed here of all that pyproject.toml asks for.

Only names and versions, no index and no local version label, so that any registry can serve them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Written by `make lock`. Install torch first, then the rest:
#   pip install torch==VERSION && pip install -r requirements.lock
"""


def wanted(pyproject: Path) -> list[Requirement]:
    """Everything the project needs to run, train and be checked."""
    settings = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    project = settings["project"]
    words: list[str] = [*project["dependencies"], *settings["dependency-groups"]["dev"]]
    for extra in project["optional-dependencies"].values():
        words.extend(extra)
    return [Requirement(word) for word in words]


def needs(requirement: Requirement) -> Iterator[Requirement]:
    """What an installed requirement needs itself on this kind of machine, its extras included."""
    for word in distribution(requirement.name).requires or ():
        inner = Requirement(word)
        extras = requirement.extras or {""}
        if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in extras):
            yield inner


def closure(requirements: Iterable[Requirement]) -> dict[str, str]:
    """Name and public version of each package that the requirements lead to."""
    versions: dict[str, str] = {}
    waiting = list(requirements)
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        versions[name] = Version(distribution(name).version).public
        waiting.extend(needs(requirement))
    return versions


def main() -> None:
    """Write the lock beside pyproject.toml."""
    versions = closure(wanted(ROOT / "pyproject.toml"))
    lines = [f"{name}=={version}" for name, version in sorted(versions.items())]
    text = HEADER + "\n".join(lines) + "\n"
    (ROOT / "requirements.lock").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
