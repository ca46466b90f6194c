"""OpenAI's own client draws with a release."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from muslin.domain.house.people import Role
from muslin.domain.leaving import SourceType
from muslin.imaging.metadata import decode, read_origin
from muslin.server.painter import Painter
from tests.browser.conftest import serving
from tests.server.house import NAME, House
from tests.tools.studio import PaintsSeeds

openai = pytest.importorskip("openai", reason="NOT TESTED with OpenAI's client")


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[openai.OpenAI]:
    house.shop.easel._open_base = lambda _: PaintsSeeds()  # type: ignore[assignment,return-value]
    painter = Painter(house.studio)
    with serving(house.studio, works=False) as address:
        painter.start()
        key = house.studio.give_key(Role.OPERATOR.capitalize(), "a test")
        yield openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)
        painter.stop()


def test_releases_are_its_models(client: openai.OpenAI) -> None:
    assert {"untuned", NAME, f"{NAME}@previous"} <= {one.id for one in client.models.list()}


def test_pictures_come_back_inline_with_their_origin_inside(client: openai.OpenAI) -> None:
    answer = client.images.generate(
        model=NAME,
        prompt="a red dress",
        n=2,
        size="192x256",  # type: ignore[call-overload]
        output_format="webp",
        extra_body={"studio": {"seed": 7, "steps": 4}},
    )

    pictures = [base64.b64decode(one.b64_json or "") for one in answer.data]
    assert [decode(data).shape for data in pictures] == [(256, 192, 3)] * 2
    origins = [read_origin(data) for data in pictures]
    assert [o.source_type for o in origins if o] == [SourceType.GENERATED] * 2
    assert [o.inputs["seed"] for o in origins if o] == ["7", "8"]
    assert [o.inputs["release"] for o in origins if o] == ["release-2"] * 2


def test_an_unknown_model_is_refused_in_its_own_shape(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.images.generate(model="nobody", prompt="a red dress")
    assert refused.value.code == "not_found"


def test_what_cannot_be_done_is_refused_and_not_ignored(client: openai.OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="opaque"):
        client.images.generate(model=NAME, prompt="a dress", background="transparent")
    with pytest.raises(openai.UnprocessableEntityError):
        client.images.generate(model=NAME, prompt="a dress", n=11)


def test_a_wrong_key_is_an_authentication_error(client: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="wrong").models.list()
