"""People and the secrets that let them in."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from muslin.domain.errors import NameTaken
from muslin.domain.house.people import Pass, PassKind, Person
from muslin.runtime.storage.shelf import Shelf
from muslin.runtime.storage.tables import passes, people


class SqlPeople:
    """People in SQL, one to a name, passwords hashed; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._people = Shelf(connection, people, Person)

    def all(self) -> list[Person]:
        """Everybody, first come first."""
        return self._people.all()

    def get(self, person: str) -> Person:
        """The person with that id. Raises NotFound."""
        return self._people.get("person", person, hint="Settings lists everybody.")

    def named(self, name: str) -> Person | None:
        """The person of that name, whatever its case."""
        return self._people.first(people.c.name == name.casefold())

    def add(self, person: Person) -> None:
        """Let somebody in who has no password yet. Raises NameTaken."""
        if self.named(person.name) is not None:
            raise NameTaken(
                f"There is a person named {person.name!r} already.", hint="Choose another name."
            )
        self._people.add(person, id=person.id, name=person.name.casefold(), password="")

    def change(self, person: Person) -> None:
        """Keep a person's new role or whether they may come in."""
        self._people.replace(person, people.c.id == person.id)

    def password(self, person: str) -> str:
        """The hash of a person's password; empty while none is set."""
        return self._connection.scalar(select(people.c.password).where(people.c.id == person)) or ""

    def set_password(self, person: str, hashed: str) -> None:
        """Keep the hash of a person's new password."""
        this = update(people).where(people.c.id == person)
        self._connection.execute(this.values(password=hashed))


class SqlPasses:
    """Secrets by the sha256 of themselves; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._passes = Shelf(connection, passes, Pass)

    def add(self, one: Pass, digest: str) -> None:
        """Keep a secret's digest and what it opens."""
        self._passes.add(one, id=one.id, kind=one.kind, person=one.person, digest=digest)

    def of(self, digest: str) -> Pass | None:
        """What the secret with that digest opens, expired or not."""
        return self._passes.first(passes.c.digest == digest)

    def all(self, kind: PassKind) -> list[Pass]:
        """All that were given out of one kind and not taken back, oldest first."""
        return self._passes.all(passes.c.kind == kind)

    def withdraw(self, one: str) -> None:
        """Take a secret back: it opens nothing from now on."""
        self._connection.execute(delete(passes).where(passes.c.id == one))

    def withdraw_of(self, person: str, *kinds: PassKind) -> None:
        """Take back all of a person's secrets of some kinds."""
        theirs = (passes.c.person == person, passes.c.kind.in_(kinds))
        self._connection.execute(delete(passes).where(*theirs))
