"""What was said about a report after its page was written, put into the page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from muslin.domain.leaving import Override

PLACE = b"<!-- addenda -->"
"""Where the page leaves room, right below its verdict."""


def with_overrides(page: bytes, overrides: Sequence[Override]) -> bytes:
    """The page with a section on every override: which check, by whom, why, when.

    Without any the page stays as it is.
    """
    if not overrides:
        return page
    rows = "".join(
        f'<li><strong>{escape(one.check)}</strong> stands at <span class="{one.verdict}">'
        f"{one.verdict}</span>. {escape(one.person)} overrode it on "
        f"{one.at:%Y-%m-%d %H:%M} UTC: {escape(one.reason)}</li>"
        for one in overrides
    )
    section = (
        '<section class="addenda"><h2>Overridden by name</h2><p class="lead">These checks did not '
        "pass. A person took it upon themselves that they hold nothing back; it stays on record."
        f"</p><ul>{rows}</ul></section>"
    )
    return page.replace(PLACE, section.encode(), 1)
