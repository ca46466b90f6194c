from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from muslin.domain.curation.captions import CaptionAction, CaptionFilter, CaptionOrder
from muslin.domain.curation.rights import Consent, Statement
from muslin.runtime.orders import RunOrder
from tests.cli.conftest import CannedStudio, Terminal


def test_a_change_of_captions_is_ordered_as_it_was_typed(
    muslin: Terminal, studio: CannedStudio
) -> None:
    where = ("--where", "category=t-shirt", "--where", "colour=red")
    muslin("captions", "replace", "sage", "tee", "t-shirt", "--as", "Ada", *where)

    order = CaptionOrder(
        action=CaptionAction.REPLACE,
        words="tee",
        by="t-shirt",
        where=CaptionFilter(category="t-shirt", colour="red"),
        person="Ada",
    )
    assert ("change_captions", "sage", order) in studio.asked


@pytest.mark.parametrize("pair", ["colour", "hue=red", "colour="])
def test_a_filter_that_says_nothing_is_refused(
    muslin: Terminal, studio: CannedStudio, pair: str
) -> None:
    spoken = muslin("captions", "list", "sage", "--where", pair, "--json")

    assert spoken.status == 17
    assert studio.asked == []
    assert "category" in spoken.err


@pytest.mark.usefixtures("studio")
def test_lint_ends_with_a_status_that_a_script_can_see(muslin: Terminal) -> None:
    assert muslin("captions", "lint", "fine").status == 0
    spoken = muslin("captions", "lint", "sage")

    assert spoken.status == 1
    assert "empty: nothing said" in spoken.out
    assert "Say it." in spoken.out


@pytest.mark.usefixtures("studio")
def test_a_check_reads_from_the_score_to_the_rights(muslin: Terminal) -> None:
    told = muslin("datasets", "check", "sage").out

    heads = [
        "sage: 20 photos, score",
        "What raises it most",
        "Coverage (17% of the range)",
        "Shot list",
        "Baked in",
        "Odd ones out",
        "Captions",
        "Rights",
    ]
    assert [told.index(head) for head in heads] == sorted(told.index(head) for head in heads)
    assert "25 × a dress" in told
    assert "expect" in told
    assert "20 photos: unstated, nobody has said who owns it (000.jpg" in told


@pytest.mark.usefixtures("studio")
def test_a_dataset_shows_which_profiles_learnt_from_it(muslin: Terminal) -> None:
    people = muslin("datasets", "show", "dataset-1").out
    scripts = muslin("datasets", "show", "dataset-1", "--json").answer

    assert "knitwear  run-1" in people
    assert isinstance(scripts["runs"], list)
    assert scripts["digest"] == "digest-1"


def test_rights_are_stated_as_typed(muslin: Terminal, studio: CannedStudio) -> None:
    person = ("--person", "Zoe", "--scope", "product pictures", "--channel", "shop")
    ends = ("--channel", "social", "--consent-until", "2027-01-01", "--pay", "200 EUR")
    muslin("rights", "set", "sage", "--own", "--owner", "Atelier", "--as", "Ada", *person, *ends)

    zoe = Consent(
        person="Zoe",
        scope="product pictures",
        channels=("shop", "social"),
        until=date(2027, 1, 1),
        pay="200 EUR",
    )
    statement = Statement(licence="own", owner="Atelier", consents=(zoe,))
    assert ("state_rights", "sage", statement, "Ada", ()) in studio.asked


@pytest.mark.parametrize(
    "words",
    [
        "set sage --as Ada --own --licence stock",
        "set sage --as Ada --own --until 31.3.2027",
        "set sage --as Ada --own --pay 200",
        "withdraw sage --as Ada --reason sold",
        "withdraw sage --as Ada --reason sold --photo a.jpg --person Zoe",
    ],
)
def test_what_cannot_be_meant_is_refused(
    muslin: Terminal, studio: CannedStudio, words: str
) -> None:
    spoken = muslin("rights", *words.split(), "--json")

    assert spoken.status == 17
    assert studio.asked == []


def test_a_run_carries_who_says_whose_the_photos_are(
    muslin: Terminal, studio: CannedStudio
) -> None:
    muslin("run", "photos", "--name", "sage", "--rights", "own", "--rights-by", "Ada")
    refused = muslin("run", "photos", "--name", "sage", "--rights", "own", "--json")

    (order,) = [words[1] for words in studio.asked if words[0] == "run"]
    assert isinstance(order, RunOrder)
    assert (order.rights, order.rights_by, order.folder) == ("own", "Ada", Path("photos"))
    assert refused.status == 17
