"""Shapes that all of the API shares: a page of a list, a refusal, and an answer given once."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from weakref import WeakValueDictionary

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel

from muslin.domain.errors import InvalidRequest
from muslin.server.access import caller_of
from muslin.server.studio import studio_of

T = TypeVar("T")
AModel = TypeVar("AModel", bound=BaseModel)
MOST_ON_A_PAGE = 500


class Refusal(BaseModel):
    """What every refusal looks like; `code` never changes, `hint` says the way out."""

    code: str
    message: str
    hint: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refusal, "description": "Refused; `code` says why, `hint` the way out."},
    "5XX": {"model": Refusal, "description": "The studio cannot do this now."},
}


class Listed(BaseModel, Generic[T]):
    """A part of a list; `next_start` None = there is no more."""

    items: list[T]
    total: int
    next_start: int | None


class Part(BaseModel):
    """Which part of a list is wanted."""

    start: int = 0
    limit: int = 100

    def of(self, everything: Sequence[T]) -> Listed[T]:
        """That part."""
        end = self.start + self.limit
        more = end if end < len(everything) else None
        return Listed(
            items=list(everything[self.start : end]), total=len(everything), next_start=more
        )


def wanted_part(
    start: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 100,
) -> Part:
    """`start` and `limit` of a list."""
    return Part(start=start, limit=limit)


PartDep = Annotated[Part, Depends(wanted_part)]


Trigger = Annotated[
    str, Query(max_length=80, description="the word that a training teaches; no caption holds it")
]
BaseName = Annotated[
    str, Query(max_length=400, description="the base whose tokenizer counts a caption's length")
]


class Once:
    """Answers a request that carries an `Idempotency-Key` once, however often it is sent."""

    _held: ClassVar[WeakValueDictionary[str, threading.Lock]] = WeakValueDictionary()
    """A lock for every key that is being answered: a slow answer holds up its own key alone."""
    _handing_out = threading.Lock()

    def __init__(
        self,
        request: Request,
        idempotency_key: Annotated[str, Header(max_length=200)] = "",
    ) -> None:
        self._studio, self._key = studio_of(request), ""
        if idempotency_key:
            asked = f"{caller_of(request).name}\n{request.method} {request.url.path}"
            self._key = hashlib.sha256(f"{asked}\n{idempotency_key}".encode()).hexdigest()

    def __call__(
        self, kind: type[AModel], asked: BaseModel | str, do: Callable[[], AModel]
    ) -> AModel:
        """What `do` answers, or what it answered before. Raises InvalidRequest for another body."""
        if not self._key:
            return do()
        said = asked if isinstance(asked, str) else asked.model_dump_json()
        digest = hashlib.sha256(said.encode()).hexdigest()
        with self._handing_out:
            held = self._held.setdefault(self._key, threading.Lock())
        with held:
            known = self._studio.answer_given(self._key)
            if known is None:
                answer = do()
                kept = {"asked": digest, "answer": answer.model_dump(mode="json")}
                self._studio.keep_answer(self._key, json.dumps(kept))
                return answer
        before = json.loads(known)
        if before["asked"] != digest:
            raise InvalidRequest(
                "This Idempotency-Key was used for something else.", hint="Take a new key."
            )
        return kind.model_validate(before["answer"])


OnceDep = Annotated[Once, Depends(Once)]
