"""`muslin rights`: who may use photos for what, who said so, and taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from muslin.cli.options import Home, Json, bounded, group, open_studio
from muslin.cli.printing import print_answer, table
from muslin.domain.curation.words import counted
from muslin.domain.errors import InvalidRequest

if TYPE_CHECKING:
    from muslin.cli.printing import Answer
    from muslin.domain.curation.rights import PhotoRights, Retirement, Statement, Withdrawal

app = group("Rights in photos: licence, owner, consent of everybody who is shown.")
ShootName = Annotated[str, typer.Argument(metavar="SHOOT", help="Name of the shoot.")]
Photos = Annotated[
    list[str] | None,
    typer.Option("--photo", metavar="FILE", help="Photo by file name, * for any; may be repeated."),
]
By = Annotated[str, typer.Option("--as", metavar="NAME", help="Name of who says it.")]


@app.command("set")
def set_rights(  # noqa: PLR0913 - each is an option of the command line
    shoot: ShootName,
    by: By,
    *,
    photo: Photos = None,
    own: Annotated[
        bool, typer.Option("--own", help="The photos belong to this workspace.")
    ] = False,
    licence: Annotated[str, typer.Option(help="Licence of photos that belong to others.")] = "",
    owner: Annotated[str, typer.Option(help="Whom the photos belong to.")] = "",
    until: Annotated[str, typer.Option(help="Last day of the licence, as 2027-03-31.")] = "",
    person: Annotated[str, typer.Option(help="Somebody who is shown and agreed.")] = "",
    scope: Annotated[str, typer.Option(help="What the person agreed to.")] = "",
    channel: Annotated[
        list[str] | None, typer.Option(help="Where it may be shown; may be given often.")
    ] = None,
    consent_until: Annotated[str, typer.Option(help="Last day of the consent.")] = "",
    pay: Annotated[str, typer.Option(help="What was paid or agreed, as text.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Write down who owns photos and who is shown; for all photos of a shoot, or for some.

    What is left out keeps holding as it was said before.
    """
    said = {"licence": "own" if own else licence, "owner": owner, "until": until or None}
    consent = {
        "person": person,
        "scope": scope,
        "channels": channel or [],
        "until": consent_until or None,
        "pay": pay,
    }
    if own and licence:
        raise InvalidRequest("Own photos have no licence.", hint="Give --own or --licence.")
    statement = statement_of(said, consent)
    with open_studio(home) as studio:
        entries = studio.state_rights(shoot, statement, by, photo or ())
    whose = "all photos" if entries[0].photo is None else counted(len(entries), "photo")
    print_answer({"entries": entries}, f"{by} said it of {whose} of {shoot}.", as_json=json)


def statement_of(said: Mapping[str, object], consent: Mapping[str, object]) -> Statement:
    """What the command line states; raises InvalidRequest for a date that is none."""
    from muslin.domain.curation.rights import Consent, Statement

    if not consent["person"] and any(consent.values()):
        raise InvalidRequest("A consent needs a person.", hint="Give --person NAME with it.")
    with bounded():
        agreed = (Consent.model_validate(consent),) if consent["person"] else ()
        return Statement.model_validate({**said, "consents": agreed})


@app.command("list")
def list_rights(shoot: ShootName, home: Home = None, json: Json = False) -> None:
    """Say of every photo where its rights stand today, and who said so."""
    with open_studio(home) as studio:
        rights = studio.rights(shoot)
    print_answer({"rights": rights}, told(rights), as_json=json)


def told(rights: list[PhotoRights]) -> str:
    """Rights for people: how many stand how, then photo by photo."""
    counts = Counter(one.standing.replace("_", " ") for one in rights)
    head = ", ".join(f"{count} {standing}" for standing, count in counts.most_common())
    rows = [(r.file_name, r.standing.replace("_", " "), r.until or "", r.words) for r in rights]
    headings = ("PHOTO", "RIGHTS", "UNTIL", "WHY")
    return f"{head}\n{table(headings, rows, empty='The shoot has no photos.')}"


@app.command("expiring")
def expiring(
    within: Annotated[int, typer.Option(min=0, max=3650, help="Days from today.")] = 30,
    home: Home = None,
    json: Json = False,
) -> None:
    """List photos whose licence or consents end soon; exit status 1 when there are any."""
    with open_studio(home) as studio:
        ending = studio.expiring_rights(timedelta(days=within))
    rows = [(one.until, shoot.name, one.file_name, one.words) for shoot, one in ending]
    empty = f"Nothing ends within {within} days."
    words = table(("LAST DAY", "SHOOT", "PHOTO", "RIGHTS"), rows, empty=empty)
    answer: list[Mapping[str, Answer]] = [
        {"shoot": shoot.name, "rights": one} for shoot, one in ending
    ]
    print_answer({"expiring": answer}, words, as_json=json)
    raise typer.Exit(1 if ending else 0)


@app.command("withdraw")
def withdraw(
    shoot: ShootName,
    by: By,
    reason: Annotated[str, typer.Option(help="Why; kept, and told whoever wants to use it.")],
    photo: Photos = None,
    person: Annotated[str, typer.Option(help="All photos with this person's consent.")] = "",
    home: Home = None,
    json: Json = False,
) -> None:
    """Take back the rights in photos, and retire all that they went into.

    Datasets, trainings, checkpoints and releases made from them are refused from now on.
    """
    if bool(photo) == bool(person):
        raise InvalidRequest(
            "A withdrawal is of photos or of a person.", hint="Give --photo FILE or --person NAME."
        )
    with open_studio(home) as studio:
        withdrawal = studio.withdraw_rights(shoot, by, reason, photo or (), person)
    print_answer(withdrawal, told_withdrawal(withdrawal), as_json=json)


def told_withdrawal(withdrawal: Withdrawal) -> str:
    """What a withdrawal took along, for people."""
    counts = Counter(one.kind.value for one in withdrawal.retired)
    made = ", ".join(counted(count, kind) for kind, count in counts.items()) or "nothing"
    head = f"{counted(len(withdrawal.files), 'photo')} withdrawn; retired with them: {made}."
    return f"{head}\n{table_of(list(withdrawal.retired))}"


@app.command("retired")
def retired(home: Home = None, json: Json = False) -> None:
    """List everything that may not be used any more, and why."""
    with open_studio(home) as studio:
        found = studio.retired()
    print_answer({"retired": found}, table_of(found), as_json=json)


def table_of(found: list[Retirement]) -> str:
    """What was retired, for people."""
    rows = [(r.kind, r.subject, r.name, f"{r.at:%Y-%m-%d}", r.by, r.reason) for r in found]
    headings = ("WHAT", "ID", "NAME", "ON", "BY", "WHY")
    return table(headings, rows, empty="Nothing was retired.")
