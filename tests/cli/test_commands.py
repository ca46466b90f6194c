from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from muslin.domain.findings import Verdict
from muslin.domain.judging import Answer, Decision, FailureKind, Flaw, Region, Said
from muslin.domain.leaving import Alias, GenerateOrder
from muslin.domain.profile import Profile
from muslin.runtime.orders import RunOrder
from tests.cli.conftest import (
    SHOOT,
    CannedStudio,
    Terminal,
    a_release,
    a_report,
    as_read_back,
)

EVERY_VERB = (
    "run photos --name knitwear",
    "shoots import photos --name knitwear",
    "shoots list",
    "captions list sage --where category=t-shirt",
    "captions edit sage tee.jpg 'a red t-shirt' --as Ada",
    "captions replace sage tee t-shirt --as Ada --where colour=red",
    "captions add sage 'rib neck' --as Ada",
    "captions remove sage 'rib neck' --as Ada",
    "captions undo sage --as Ada",
    "captions lint fine",
    "captions export sage --format imagefolder --out elsewhere",
    "captions import sage elsewhere --as Ada",
    "datasets freeze sage",
    "datasets list",
    "datasets show dataset-1",
    "datasets diff dataset-1 dataset-2",
    "datasets check dataset-1 --trigger sagelinen",
    "rights set sage --own --as Ada",
    "rights list sage",
    "rights expiring --within 60",
    "rights withdraw sage --photo tee.jpg --reason sold --as Ada",
    "rights retired",
    "runs plan --dataset dataset-1",
    "runs start --dataset dataset-1 --name knitwear",
    "runs validate knitwear",
    "runs list",
    "runs show knitwear",
    "reports show knitwear",
    "reviews approve knitwear --as Ada",
    "reviews reject knitwear --as Ada --reason dull",
    "releases make knitwear",
    "releases list",
    "releases promote release-1",
    "releases rollback knitwear",
    "releases export knitwear --format kohya --out elsewhere",
    "adapters import theirs.safetensors --base starter --name theirs --dataset dataset-1",
    "rules set examples/rules.toml --as Ada --name knitwear",
    "rules show knitwear",
    "gates show knitwear",
    "gates show knitwear --history",
    "gates override knitwear sheen --as Ada --reason 'no silk'",
    "reviews queue knitwear",
    "reviews next knitwear --as Ada --pile base",
    "reviews next knitwear --as Idle",
    "reviews judge report-1.3 pass --as Ada",
    "reviews undo knitwear --as Ada",
    "reviews agreement knitwear",
    "autonomy show knitwear",
    "probes plan examples/range.toml --name knitwear",
    "probes set examples/range.toml knitwear",
    "probes show knitwear",
    "proposals list",
    "proposals approve proposal-1 --as Ada",
    "proposals decline proposal-1 --as Ada --reason 'next month'",
    "failures list knitwear",
    "failures groups knitwear",
    "failures plan knitwear",
    "failures compare knitwear --before report-1",
    "images generate --release knitwear --prompt 'a red dress' --out pictures",
    "jobs list",
    "jobs follow job-1",
)


@pytest.mark.usefixtures("studio")
def test_a_run_says_what_it_will_take_before_it_trains(muslin: Terminal) -> None:
    to_people, to_scripts = (
        muslin("run", "photos", "--name", "knitwear", *more) for more in ((), ("--json",))
    )

    brief = "400 steps, 3 min to 5 min, 2.0 GiB, energy 0.0051 kWh, price unknown"
    assert f"plan  1/1 plan  100 %  {brief}" in to_people.err
    assert brief in to_people.out
    planned = to_scripts.answer["plan"]
    assert isinstance(planned, dict)
    assert planned["slow_seconds"] == 290


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("words", EVERY_VERB)
def test_every_verb_answers_people_in_words_and_scripts_in_one_object(
    muslin: Terminal, words: str
) -> None:
    to_people, to_scripts = muslin(*shlex.split(words)), muslin(*shlex.split(words), "--json")

    assert (to_people.status, to_scripts.status) == (0, 0)
    assert to_people.out.strip()
    assert not to_people.out.startswith("{")
    assert to_scripts.answer
    assert len(to_scripts.out.splitlines()) == 1


def test_the_folder_given_is_the_one_that_is_opened(muslin: Terminal, studio: CannedStudio) -> None:
    muslin("shoots", "list", "--home", "there")
    muslin("shoots", "list")

    assert [words for words in studio.asked if words[0] == "open"] == [
        ("open", Path("there")),
        ("open", None),
    ]


def test_a_file_that_is_no_photo_is_named_with_its_reason(
    muslin: Terminal, studio: CannedStudio
) -> None:
    spoken = muslin("shoots", "import", "photos", "--name", "knitwear")

    assert ("import_shoot", Path("photos"), "knitwear") in studio.asked
    assert "3 photos added, 1 were known." in spoken.out
    assert "logo.svg: not a photo (unsupported)" in spoken.out


@pytest.mark.usefixtures("studio")
def test_progress_goes_to_stderr_and_never_between_a_script_and_its_answer(
    muslin: Terminal,
) -> None:
    spoken = muslin("shoots", "import", "photos", "--name", "knitwear", "--json")

    assert "import  1/2 files  50 %  a.jpg" in spoken.err
    assert spoken.answer["shoot"] == as_read_back(SHOOT)


def test_a_run_carries_out_what_the_command_line_says(
    muslin: Terminal, studio: CannedStudio, tmp_path: Path
) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text("rank = 4\nsteps = 100\nwarmup_steps = 10\nsave_every = 50\n")

    words = "run photos --name knitwear --steps 40 --seed 7 --photos 12 --sizes 3 --approve-as Ada"
    spoken = muslin(*words.split(), "--profile", str(profile), "--json")

    (order,) = [words[1] for words in studio.asked if words[0] == "run"]
    assert isinstance(order, RunOrder)
    assert (order.folder, order.name, order.approve_as) == (Path("photos"), "knitwear", "Ada")
    assert order.profile == Profile(rank=4, steps=40, warmup_steps=4, save_every=20, seed=7)
    assert (order.recipe.photos, order.recipe.sizes) == (12, 3)
    assert spoken.answer["figures"] == {"backdrop": 6.25, "copies": None}


@pytest.mark.usefixtures("studio")
def test_a_run_without_an_approval_ends_with_the_command_that_a_person_gives_next(
    muslin: Terminal,
) -> None:
    spoken = muslin("run", "photos", "--name", "knitwear")

    assert "muslin reviews approve report-1 --as NAME" in spoken.out
    assert "not measured" in spoken.out


def test_starting_a_run_follows_it_to_its_end(muslin: Terminal, studio: CannedStudio) -> None:
    muslin("runs", "start", "--dataset", "dataset-1", "--name", "knitwear", "--steps", "60")

    verbs = [words[0] for words in studio.asked]
    assert verbs == ["open", "start_run", "follow"]
    assert studio.asked[1][1:3] == ("knitwear", "dataset-1")


def test_a_run_is_validated_by_its_name(muslin: Terminal, studio: CannedStudio) -> None:
    muslin("runs", "validate", "knitwear")

    assert ("start_validation", "run-1") in studio.asked


@pytest.mark.usefixtures("studio")
def test_a_report_names_its_page_and_stars_what_was_picked(muslin: Terminal) -> None:
    people = muslin("reports", "show", "knitwear")
    scripts = muslin("reports", "show", "knitwear", "--json")

    assert "✓ passed" in people.out
    assert "step 300 *" in people.out
    assert "6.25 ΔE00" in people.out
    assert "Page: /home/report.html" in people.out
    assert scripts.answer == {"report": as_read_back(a_report()), "page": "/home/report.html"}


def test_a_decision_carries_the_person_and_every_reason(
    muslin: Terminal, studio: CannedStudio
) -> None:
    words = ("--as", "Ada", "--reason", "too grey", "--reason", "hem is cut")
    muslin("reviews", "reject", "knitwear", *words)

    expected = ("review", "knitwear", "Ada", Decision.REJECTED, ("too grey", "hem is cut"))
    assert expected in studio.asked


def test_a_judgement_carries_every_answer_and_every_failure(
    muslin: Terminal, studio: CannedStudio
) -> None:
    words = "reviews judge report-1.3 fail --as Ada --check sheen=no --channel lookbook"
    muslin(*words.split(), "--failure", "fabric", "--failure", "hands:sleeves:six fingers: odd")

    said = Said(
        verdict=Verdict.FAILED,
        answers=(Answer(question="sheen", yes=False),),
        flaws=(
            Flaw(kind=FailureKind.FABRIC),
            Flaw(kind=FailureKind.HANDS, region=Region.SLEEVES, note="six fingers: odd"),
        ),
        channel="lookbook",
    )
    assert ("judge_picture", "report-1.3", "Ada", said) in studio.asked


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("words", ["--failure sleeves", "--failure hands:moon", "--check sheen"])
def test_a_failure_of_no_known_kind_is_refused_with_the_kinds(muslin: Terminal, words: str) -> None:
    spoken = muslin("reviews", "judge", "report-1.3", "fail", "--as", "Ada", *words.split())

    assert spoken.status == 17


@pytest.mark.usefixtures("studio")
def test_a_reviewer_sees_files_questions_and_how_to_answer_but_no_suspicion(
    muslin: Terminal,
) -> None:
    spoken = muslin("reviews", "next", "knitwear", "--as", "Ada")

    assert "/home/tmp/report-1.3-left.png" in spoken.out
    assert "--check sheen=yes|no  Silk shows its sheen." in spoken.out
    assert "colour" not in spoken.out


def test_a_release_gets_the_alias_that_was_asked_for(
    muslin: Terminal, studio: CannedStudio
) -> None:
    muslin("releases", "make", "knitwear", "--alias", "candidate")
    muslin("releases", "promote", "release-1")

    assert ("release", "knitwear", Alias.CANDIDATE) in studio.asked
    assert ("promote", "release-1", Alias.LIVE) in studio.asked


@pytest.mark.usefixtures("studio")
def test_what_was_overridden_stands_beside_its_release_and_its_gate(muslin: Terminal) -> None:
    listed, shown = muslin("releases", "list"), muslin("gates", "show", "knitwear")

    assert "sheen by Ada" in listed.out
    assert "! overridden" in shown.out
    assert "by Ada, 2026-03-01 12:00 UTC: no silk" in shown.out
    assert "? unknown" in shown.out


@pytest.mark.usefixtures("studio")
def test_releases_are_listed_with_the_aliases_that_point_to_them(muslin: Terminal) -> None:
    spoken = muslin("releases", "list", "--json")

    listed = [{"release": as_read_back(a_release()), "aliases": ["live"]}]
    assert spoken.answer == {"releases": listed}


def test_pictures_are_made_as_ordered(
    muslin: Terminal, studio: CannedStudio, tmp_path: Path
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("# summer\na red dress\n\na navy t-shirt\n", encoding="utf-8")

    words = "images generate --base --count 2 --seed 7 --width 128 --height 160"
    spoken = muslin(*words.split(), "--prompts", str(prompts), "--out", "pictures", "--json")

    order = GenerateOrder(
        release=None,
        prompts=("a red dress", "a navy t-shirt"),
        count=2,
        seed=7,
        width_px=128,
        height_px=160,
    )
    assert ("generate", order) in studio.asked
    assert spoken.answer["files"] == ["pictures/generation-0.png", "pictures/generation-1.png"]


@pytest.mark.parametrize(
    "words",
    [
        "--prompt dress",
        "--release live --base --prompt dress",
        "--release live",
        "--release live --prompt dress --prompts words.txt",
        "--release live --prompts missing.txt",
        "--release live --prompt dress --count 0",
        "--release live --prompt dress --width 100",
        "--release live --prompt ' '",
    ],
)
def test_an_order_that_no_network_could_carry_out_is_refused(
    muslin: Terminal, studio: CannedStudio, words: str
) -> None:
    spoken = muslin("images", "generate", *shlex.split(words), "--out", "pictures", "--json")

    assert spoken.status == 17
    assert spoken.answer["error"]
    assert studio.asked == []


def test_a_plan_says_how_it_knows_each_number_and_never_invents_one(
    muslin: Terminal, studio: CannedStudio
) -> None:
    told = muslin("runs", "plan", "--dataset", "dataset-1").out

    lines = {line.split()[0]: line for line in told.splitlines() if line}
    assert "each photo seen 282 times" in told
    assert "measured" in lines["train"]
    assert "2.0 GiB" in lines["memory"]
    assert "0.0051 kWh" in lines["energy"]
    assert "settings" in lines["energy"]
    assert "unknown" in lines["money"]
    assert "EUR" not in lines["money"]
    assert "all cores" in lines["threads"]
