"""What a run's curves say, wherever they are drawn."""

from __future__ import annotations

import inspect
import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from google.protobuf import (  # type: ignore[import-untyped]  # comes without stubs
    descriptor_pb2,
    descriptor_pool,
    message_factory,
)

from muslin.domain.errors import PartMissing
from muslin.domain.fact import DatasetId, RunId, now
from muslin.domain.training import TrainingRun
from muslin.training.loop import Reading
from muslin.training.tracking.aside import Aside, Line
from muslin.training.tracking.curves import Curves, curves
from muslin.training.tracking.sinks import sink_of
from muslin.training.tracking.tfevents import (
    EventFile,
    crc32c,
    first_event,
    record,
    records,
    scalars_event,
)
from tests.training.a_shoot import a_profile

TENSORBOARD = bytes.fromhex(
    "1800000000000000a37f4b22090000000000448f401a0d627261696e2e4576656e743a32aba33345"
    "31000000000000009d8383e90900000000004a8f4010ac022a230a0b0a046c6f7373150000803e0a"
    "140a0d6c6561726e696e675f7261746515000000009b6ea7f5"
)
"""Written by tensorboard 2.x's own RecordWriter: a file_version at 1000.5 s, then step 300 at
1001.25 s with loss 0.25 and learning_rate 0."""


def a_run() -> TrainingRun:
    return TrainingRun(
        id=RunId("run-1"),
        name="coats",
        dataset=DatasetId("dataset-1"),
        dataset_digest="d" * 64,
        profile=a_profile(batch_size=4),
        base_digest="b" * 64,
        created_at=now(),
    )


def read_events(folder: Path) -> list[tuple[int, dict[str, float]]]:
    """Every step with its numbers, by protobuf's own reader."""
    (path,) = folder.glob("*tfevents*")
    event_class = _event_class()
    events = [event_class.FromString(found) for _, found in records(path.read_bytes())]
    assert events[0].file_version == "brain.Event:2"
    return [(e.step, {v.tag: v.simple_value for v in e.summary.value}) for e in events[1:]]


def _event_class() -> Any:
    kind = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="event.proto", package="t", syntax="proto3")
    for message, fields in {
        "Value": [("tag", 1, kind.TYPE_STRING, ""), ("simple_value", 2, kind.TYPE_FLOAT, "")],
        "Summary": [("value", 1, kind.TYPE_MESSAGE, ".t.Value")],
        "Event": [
            ("wall_time", 1, kind.TYPE_DOUBLE, ""),
            ("step", 2, kind.TYPE_INT64, ""),
            ("file_version", 3, kind.TYPE_STRING, ""),
            ("summary", 5, kind.TYPE_MESSAGE, ".t.Summary"),
        ],
    }.items():
        made = file.message_type.add(name=message)
        for name, number, type_, type_name in fields:
            many = kind.LABEL_REPEATED if name == "value" else kind.LABEL_OPTIONAL
            made.field.add(
                name=name, number=number, type=type_, type_name=type_name or None, label=many
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("t.Event"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (bytes([255] * 32), 0x62A8AB43)],
)
def test_checksums_are_those_of_rfc_3720(content: bytes, expected: int) -> None:
    assert crc32c(content) == expected


def test_event_files_are_byte_for_byte_those_of_tensorboard() -> None:
    scalars = {"loss": 0.25, "learning_rate": 0.0}

    ours = record(first_event(1000.5)) + record(scalars_event(1001.25, 300, scalars))

    assert ours == TENSORBOARD


def readings(first: int, last: int) -> list[Reading]:
    return [Reading(n, loss=1 / n, gradient_norm=2.0 * n) for n in range(first, last + 1)]


def test_every_step_has_its_loss_norm_and_rate_and_every_reading_its_speed_and_memory(
    tmp_path: Path,
) -> None:
    clock = iter((100.0, 102.0))
    drawn = Curves(a_run(), tmp_path, lambda step: step / 1000, clock=lambda: next(clock))

    with closing(drawn):
        remark = drawn(readings(1, 5))

    events = read_events(tmp_path)
    assert remark == ""
    assert [step for step, _ in events] == [1, 2, 3, 4, 5]
    assert events[3][1] == pytest.approx({"loss": 0.25, "gradient_norm": 8, "learning_rate": 4e-3})
    assert events[4][1]["images_per_s"] == 4 * 5 / 2
    assert 1e7 < events[4][1]["memory/resident_bytes"] < 1e11


def test_a_run_taken_up_again_draws_no_step_twice(tmp_path: Path) -> None:
    """A kill after step 300 tears the last record; the newest state is that of step 275."""
    with curves(a_run(), tmp_path, rate=float) as first:
        first(readings(1, 300))
    (path,) = tmp_path.glob("*tfevents*")
    path.write_bytes(path.read_bytes()[:-5])

    with curves(a_run(), tmp_path, rate=float) as second:
        second(readings(276, 310))

    assert [step for step, _ in read_events(tmp_path)] == list(range(1, 311))


def test_a_file_that_is_none_of_ours_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "events.out.tfevents.muslin").write_bytes(b"\0" * 40)

    with closing(EventFile(tmp_path, 0.0)) as file:
        file.write(1.0, 7, {"loss": 1.0})

    assert read_events(tmp_path) == [(7, {"loss": 1.0})]


def test_a_folder_that_cannot_be_written_stops_no_run(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "tracking").write_text("a file where the folder should be")

    with curves(a_run(), tmp_path / "tracking", rate=float) as drawn:
        assert drawn(readings(1, 2)) == "curves left out"

    assert len(caplog.records) == 1


class Book:
    """A tracker that writes down what it gets, and may refuse."""

    def __init__(self, key: str, refuses_at: int = 0) -> None:
        self.key = key or "theirs"
        self.steps: list[int] = []
        self.closed = False
        self._refuses_at = refuses_at

    def write(self, step: int, scalars: Mapping[str, float]) -> None:
        if step == self._refuses_at:
            raise ConnectionError("network is down")
        self.steps.append(step)

    def close(self) -> None:
        self.closed = True


def send(open_book: Callable[[str], Book], memory: Path, steps: Sequence[int]) -> Aside:
    aside = Aside("book", open_book, memory)
    for step in steps:
        aside.write(Line(0.0, step, {"loss": 1.0}))
    aside.close()
    return aside


def test_a_tracker_gets_each_step_once_over_two_attempts_under_its_own_name(tmp_path: Path) -> None:
    books: list[Book] = []

    def open_book(key: str) -> Book:
        books.append(Book(key))
        return books[-1]

    send(open_book, tmp_path / "book.json", range(1, 6))
    send(open_book, tmp_path / "book.json", range(4, 9))

    assert [book.steps for book in books] == [[1, 2, 3, 4, 5], [6, 7, 8]]
    assert [book.key for book in books] == ["theirs", "theirs"]
    assert all(book.closed for book in books)


def test_a_tracker_that_fails_is_told_of_once_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        aside = send(lambda key: Book(key, refuses_at=2), tmp_path / "book.json", range(1, 6))
        aside.close()

    assert aside.remark == "book left out"
    assert [r.getMessage() for r in caplog.records] == [
        "book gets no more of this run's curves: ConnectionError: network is down"
    ]


def test_a_tracker_that_hangs_does_not_hold_the_run_up(tmp_path: Path) -> None:
    never = threading.Event()

    def hang(key: str) -> Book:
        never.wait()
        return Book(key)

    aside = Aside("book", hang, tmp_path / "book.json")
    start = time.monotonic()
    aside.write(Line(0.0, 1, {"loss": 1.0}))
    aside.close(patience_s=0.05)
    never.set()

    assert time.monotonic() - start < 2
    assert aside.remark == "book left out"


class Recorded(ModuleType):
    """A stand-in for a tracker's package; a call with other arguments than the real one fails."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[str, dict[str, object]]] = []

    def offering(self, name: str, words: str, answer: object = None) -> Callable[..., object]:
        """A function with these parameters: positional, or `name=` for optional ones."""
        kinds = [
            inspect.Parameter(
                word.rstrip("="),
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None if word.endswith("=") else inspect.Parameter.empty,
            )
            for word in words.split()
        ]
        signature = inspect.Signature(kinds)

        def call(*args: object, **named: object) -> object:
            self.calls.append((name, dict(signature.bind(*args, **named).arguments)))
            return answer

        return call


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Recorded]:
    def install(name: str) -> Recorded:
        module = Recorded(name)
        module.__spec__ = SimpleNamespace(name=name)  # type: ignore[assignment]
        monkeypatch.setitem(sys.modules, name, module)
        return module

    return install


def test_mlflow_is_called_as_its_client_wants(pretend: Callable[[str], Recorded]) -> None:
    """Signatures of mlflow 3.17: MlflowClient and entities.Metric."""
    mlflow, entities = pretend("mlflow"), pretend("mlflow.entities")
    made = SimpleNamespace(info=SimpleNamespace(run_id="m-1"))
    client = SimpleNamespace(
        get_experiment_by_name=mlflow.offering("find", "name"),
        create_experiment=mlflow.offering("create", "name artifact_location= tags=", "e-1"),
        create_run=mlflow.offering("run", "experiment_id start_time= tags= run_name=", made),
        log_batch=mlflow.offering("log", "run_id metrics= params= tags= synchronous="),
        set_terminated=mlflow.offering("end", "run_id status= end_time="),
    )
    metric = entities.offering("metric", "key value timestamp step model_id=", "a metric")
    vars(mlflow)["MlflowClient"], vars(entities)["Metric"] = lambda: client, metric

    sink = sink_of("mlflow")(a_run(), "")
    sink.write(3, {"loss": 0.5})
    sink.close()

    assert sink.key == "m-1"
    assert mlflow.calls[2:] == [
        ("run", {"experiment_id": "e-1", "tags": {"muslin.run": "run-1"}, "run_name": "coats"}),
        ("log", {"run_id": "m-1", "metrics": ["a metric"]}),
        ("end", {"run_id": "m-1"}),
    ]
    ((_, said),) = entities.calls
    assert (said["key"], said["value"], said["step"]) == ("loss", 0.5, 3)
    assert abs(float(str(said["timestamp"])) / 1000 - time.time()) < 60
    assert sink_of("mlflow")(a_run(), "m-1").key == "m-1"
    assert [name for name, _ in mlflow.calls].count("run") == 1


@pytest.mark.parametrize(
    ("name", "init", "log"),
    [
        ("wandb", "entity= project= dir= id= name= config= resume=", "data step= commit="),
        (
            "trackio",
            "project name= group= space_id= server_url= config= resume= embed=",
            "metrics step=",
        ),
    ],
)
def test_wandb_and_trackio_go_on_under_the_run_s_id(
    pretend: Callable[[str], Recorded], name: str, init: str, log: str
) -> None:
    """Signatures of wandb 0.31 and trackio 0.43."""
    package = pretend(name)
    finish = package.offering("finish", "exit_code=" if name == "wandb" else "")
    theirs = SimpleNamespace(log=package.offering("log", log), finish=finish)
    vars(package)["init"] = package.offering("init", init, theirs)

    sink = sink_of(name)(a_run(), "")
    sink.write(3, {"loss": 0.5})
    sink.close()

    (_, begun), (_, logged), _ = package.calls
    assert begun["project"] == "muslin"
    assert begun["resume"] == "allow"
    assert begun["id" if name == "wandb" else "name"] == sink.key == "run-1"
    assert logged == {log.split(maxsplit=1)[0]: {"loss": 0.5}, "step": 3}


@pytest.mark.parametrize(("name", "package"), [("mlflow", "mlflow-skinny"), ("wandb", "wandb")])
def test_a_tracker_that_is_not_installed_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    monkeypatch.setattr("muslin.training.tracking.sinks.find_spec", lambda _: None)

    with pytest.raises(PartMissing, match=name) as refusal:
        Curves(a_run(), tmp_path, rate=float, trackers=[name])

    assert f"pip install {package}," in refusal.value.hint
