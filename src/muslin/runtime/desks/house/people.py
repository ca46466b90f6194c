"""People: who may come in, with which secret, and what they did."""

from __future__ import annotations

from datetime import timedelta

from muslin.domain.errors import InvalidRequest, NotFound, NotSignedIn
from muslin.domain.fact import ReportId, fresh, now
from muslin.domain.house.people import AuditLine, Caller, Pass, PassKind, Person, Role
from muslin.runtime.desks.desk import Desk
from muslin.runtime.house.secrets import digest_of, fresh_secret, hash_password, is_password
from muslin.runtime.storage.records import Records

LASTS = {
    PassKind.WELCOME: timedelta(days=7),
    PassKind.SESSION: timedelta(days=7),
    PassKind.KEY: timedelta(days=365),
    PassKind.GUEST: timedelta(days=14),
}
"""How long each kind of secret opens anything."""
_BRAND = "brand"


class PeopleDesk(Desk):
    """Let in, send away, write down."""

    def people(self) -> list[Person]:
        """Everybody who works here."""
        return self._read(lambda records: records.people.all())

    def welcome_owner(self) -> str | None:
        """A new secret for the owner's first visit; None once an owner has a password."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            owners = [p for p in records.people.all() if p.role is Role.OWNER and p.active]
            if any(records.people.password(owner.id) for owner in owners):
                return None
            owner = owners[0] if owners else _new_person("owner", Role.OWNER)
            if not owners:
                records.people.add(owner)
            return _welcome(records, owner)

    def invite(self, name: str, role: Role) -> tuple[Person, str]:
        """Let somebody in; the secret lets them choose a password. Raises NameTaken."""
        if role is Role.GUEST or not name.strip():
            raise InvalidRequest(
                "A person needs a name and a role other than guest.",
                hint="Guests come in by a link to one review, without an account.",
            )
        person = _new_person(name.strip(), role)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            records.people.add(person)
            return person, _welcome(records, person)

    def welcome_again(self, person: str) -> str:
        """A new secret for somebody who lost the password; theirs counts until it is used."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            return _welcome(records, records.people.get(person))

    def welcomed(self, secret: str) -> Person | None:
        """Whose first visit this secret is for; None when it opens nothing any more."""

        def find(records: Records) -> Person | None:
            found = records.passes.of(digest_of(secret))
            if found is None or found.kind is not PassKind.WELCOME or _is_over(found):
                return None
            return records.people.get(found.person or "")

        return self._read(find)

    def choose_password(self, secret: str, password: str) -> str:
        """Use a welcome: keep the password, end older sessions; a session's secret."""
        hashed = hash_password(password)
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            welcome = records.passes.of(digest_of(secret))
            if welcome is None or welcome.kind is not PassKind.WELCOME or _is_over(welcome):
                raise NotSignedIn(
                    "This link was used already, or is too old.",
                    hint="Ask the owner for a new one; for the owner, `muslin serve` prints one.",
                )
            person = records.people.get(welcome.person or "")
            records.people.set_password(person.id, hashed)
            records.passes.withdraw_of(person.id, PassKind.WELCOME, PassKind.SESSION)
            return _give(records, PassKind.SESSION, person=person.id)

    def sign_in(self, name: str, password: str) -> str:
        """A session's secret. Raises NotSignedIn, never telling which of the two was wrong."""

        def hash_of(records: Records) -> tuple[Person | None, str]:
            person = records.people.named(name.strip())
            return person, records.people.password(person.id) if person else ""

        person, hashed = self._read(hash_of)
        if not is_password(hashed, password) or person is None or not person.active:
            raise NotSignedIn(
                "Name and password do not belong together.",
                hint="Try again, or ask the owner for a new link.",
            )
        with self._shop.storage.transaction() as connection:
            return _give(Records(connection), PassKind.SESSION, person=person.id)

    def caller(self, secret: str) -> Caller | None:
        """Whoever holds this secret now; None when it opens nothing, or nothing any more."""

        def find(records: Records) -> Caller | None:
            found = records.passes.of(digest_of(secret))
            if found is None or found.kind is PassKind.WELCOME or _is_over(found):
                return None
            if found.person is None:
                return _caller(found, f"{found.label} (guest)", Role.GUEST)
            person = records.people.get(found.person)
            return _caller(found, person.name, person.role) if person.active else None

        return self._read(find)

    def change_person(self, person: str, role: Role, active: bool) -> Person:
        """Give somebody another role, or send them away. One owner always stays."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            before = records.people.get(person)
            after = before.model_copy(update={"role": role, "active": active})
            others = [p for p in records.people.all() if p.id != person]
            if not any(p.role is Role.OWNER and p.active for p in [*others, after]):
                raise InvalidRequest(
                    "The house would be without an owner.", hint="Make somebody else owner first."
                )
            records.people.change(after)
            if not active:
                records.passes.withdraw_of(person, *PassKind)
        return after

    def give_key(self, name: str, label: str) -> str:
        """A secret for a program that calls in a person's name."""
        with self._shop.storage.transaction() as connection:
            records = Records(connection)
            person = records.people.named(name)
            if person is None:
                raise NotFound(f"There is nobody named {name!r}.", hint="Settings lists everybody.")
            return _give(records, PassKind.KEY, person=person.id, label=label.strip() or "key")

    def give_guest_link(self, report: ReportId, guest: str) -> str:
        """A secret that lets somebody without an account review one report, and nothing else."""
        queue = self.report(report).id
        with self._shop.storage.transaction() as connection:
            label = guest.strip() or "guest"
            return _give(Records(connection), PassKind.GUEST, label=label, queue=queue)

    def passes(self, kind: PassKind) -> list[Pass]:
        """All that were given out of one kind and not taken back."""
        return self._read(lambda records: records.passes.all(kind))

    def withdraw(self, one: str) -> None:
        """Take a session, a key or a link back."""
        with self._shop.storage.transaction() as connection:
            Records(connection).passes.withdraw(one)

    def write_down(self, line: AuditLine) -> None:
        """Add a line to the audit log."""
        with self._shop.storage.transaction() as connection:
            Records(connection).audit.add(line)

    def audit(self, count: int = 100) -> list[AuditLine]:
        """The newest lines of the audit log, newest first."""
        return self._read(lambda records: records.audit.newest(count))

    def answer_given(self, key: str) -> str | None:
        """What was answered under an idempotency key, if anything."""
        return self._read(lambda records: records.answers.get(key))

    def keep_answer(self, key: str, answer: str) -> None:
        """Keep an answer under an idempotency key."""
        with self._shop.storage.transaction() as connection:
            Records(connection).answers.put(key, answer)

    def brand(self) -> str:
        """What the house is called."""
        return self._read(lambda records: records.sayings.get(_BRAND)) or "Your brand"

    def name_brand(self, name: str) -> None:
        """Call the house by another name."""
        if not name.strip() or len(name) > 80 or not name.isprintable():
            raise InvalidRequest(
                "A brand's name has 1 to 80 printable characters.", hint="Write it as on a label."
            )
        with self._shop.storage.transaction() as connection:
            Records(connection).sayings.put(_BRAND, name.strip())


def _new_person(name: str, role: Role) -> Person:
    return Person(id=fresh("person"), name=name, role=role, created_at=now())


def _welcome(records: Records, person: Person) -> str:
    records.passes.withdraw_of(person.id, PassKind.WELCOME)
    return _give(records, PassKind.WELCOME, person=person.id)


def _give(
    records: Records,
    kind: PassKind,
    *,
    person: str | None = None,
    label: str = "",
    queue: ReportId | None = None,
) -> str:
    secret, at = fresh_secret(), now()
    given = Pass(
        id=fresh("pass"),
        kind=kind,
        person=person,
        label=label,
        queue=queue,
        created_at=at,
        expires_at=at + LASTS[kind],
    )
    records.passes.add(given, digest_of(secret))
    return secret


def _caller(found: Pass, name: str, role: Role) -> Caller:
    return Caller(name=name, role=role, kind=found.kind, pass_id=found.id, queue=found.queue)


def _is_over(one: Pass) -> bool:
    return one.expires_at <= now()
