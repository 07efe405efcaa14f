"""BATCH messages: files that hold what RECORD messages would, and states that cover no more."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.json import serialize_json
from singer_sdk.sinks import BatchSink
from singer_sdk.target_base import Target
from upath import UPath

from tap_acton import interrupts
from tap_acton.errors import ConfigError, TargetGoneError
from tap_acton.resources.catalog import RESOURCES
from tap_acton.simulator import Fault, Options, Simulator
from tap_acton.singer.batch_files import read_batch_config, write_batch
from tap_acton.singer.batches import Batches
from tap_acton.tap import TapActOn
from tests.fakes import FakeClock
from tests.harness import (
    TAP,
    Messages,
    config_for,
    deselect,
    discover,
    everything,
    only,
    run_tap,
    sync,
    unmeasured,
    wait_until,
    with_column_on_page_two,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LIST = "list_api_example_list"
STREAMS = (LIST, "hard_bounces", "messages", "message_reports", "programs", "forms", "account")
OPTIONS = Options(
    lists=2,
    contacts=60,
    messages=12,
    suppressed=7,
    requests_per_second=0,
    daily_requests=0,
    logins_per_hour=0,
)
FORMATS = [
    pytest.param({"format": format_, "compression": compression}, id=f"{format_}-{compression}")
    for format_, compression in [
        ("jsonl", "gzip"),
        ("jsonl", "none"),
        ("parquet", "gzip"),
        ("parquet", "none"),
        ("parquet", "zstd"),
    ]
]


@pytest.fixture(scope="module")
def account() -> Iterator[Simulator]:
    """An account that no test of this module changes."""
    with Simulator(OPTIONS) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def catalog(account: Simulator, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The account's catalog."""
    return discover(config_for(account, tmp_path_factory.mktemp("home")))


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An account for one test."""
    with Simulator(OPTIONS) as simulator:
        yield simulator


def batching(folder: Path, format_: str = "jsonl", **more: Any) -> dict[str, Any]:
    """Return a `batch_config` that writes into a folder."""
    return {
        "encoding": {"format": format_, "compression": "gzip"},
        "storage": {"root": str(folder)},
        **more,
    }


def local(url: str) -> Path:
    """Return the path of a file's address."""
    assert urlsplit(url).scheme == "file"
    return Path(url2pathname(urlsplit(url).path))


def lines_of(message: dict[str, Any]) -> list[str]:
    """Return the records of a BATCH message of jsonl, as they stand in its files."""
    opened = gzip.open if message["encoding"]["compression"] == "gzip" else open
    lines: list[str] = []
    for url in message["manifest"]:
        with opened(local(url), "rt") as file:
            lines += file.read().splitlines()
    return lines


def records_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records that a message brings."""
    if message["type"] == "RECORD":
        return [message["record"]]
    if message["type"] != "BATCH":
        return []
    if message["encoding"]["format"] == "parquet":
        return [
            record
            for url in message["manifest"]
            for record in pq.read_table(local(url)).to_pylist()
        ]
    return [json.loads(line) for line in lines_of(message)]


def records(messages: Messages) -> dict[str, list[dict[str, Any]]]:
    """Return what a run brings, by stream, from messages and files."""
    found: dict[str, list[dict[str, Any]]] = {}
    for message in messages.raw:
        for record in records_of(message):
            found.setdefault(message["stream"], []).append(record)
    return found


def ids(messages: Messages) -> list[str]:
    """Return the contacts that a run brings of the list."""
    return [record["contact_id"] for record in records(messages).get(LIST, [])]


def described(messages: Messages) -> list[dict[str, Any]]:
    """Return the SCHEMA messages."""
    return [message for message in messages.raw if message["type"] == "SCHEMA"]


def timeless(state: dict[str, Any]) -> dict[str, Any]:
    """Return the streams' states without what tells when they were read."""
    return {
        stream: {name: value for name, value in bookmark.items() if name != "version"}
        for stream, bookmark in state["bookmarks"].items()
    }


MAPS: dict[str, Any] = {
    "plain": {},
    "renames, removes and hashes": {
        "stream_maps": {
            "hard_bounces": {"address": "email", "email": "md5(email)", "origin": None},
        }
    },
    "filters": {"stream_maps": {"messages": {"__filter__": "type == 'SENT'"}}},
    "keeps what is mapped": {
        "stream_maps": {
            LIST: {"contact_id": "contact_id", "who": "md5(e_mail_address)", "__else__": None}
        },
    },
    "aliases": {"stream_maps": {"forms": {"__alias__": "'a/form of mine'"}}},
    "one stream to several": {
        "stream_maps": {
            "hard_bounces": {"email": "md5(email)"},
            "recent": {"__source__": "hard_bounces", "__filter__": "timestamp > '2025-06'"},
            "addresses": {
                "__source__": "hard_bounces",
                "email": "email",
                "__else__": None,
                "__key_properties__": [],
            },
        }
    },
    "a removed stream": {"stream_maps": {"forms": None, "messages": {"folder_name": None}}},
    "new types": {
        "stream_maps": {
            "messages": {
                "year": "int(timestamp[:4])",
                "half": "float(timestamp[:4]) / 2",
                "isSent": "bool(type == 'SENT')",
                "day": "datetime.date.fromisoformat('2026-01-31')",
            }
        }
    },
    "flattened": {"flattening_enabled": True, "flattening_max_depth": 1},
    "mapped and flattened": {
        "stream_maps": {"message_reports": {"all": "record"}},
        "flattening_enabled": True,
        "flattening_max_depth": 1,
    },
}


@pytest.mark.parametrize("selected", ["all columns", "some columns"])
@pytest.mark.parametrize("more", MAPS.values(), ids=MAPS)
def test_batches_bring_what_records_would(
    more: dict[str, Any],
    selected: str,
    account: Simulator,
    catalog: dict[str, Any],
    tmp_path: Path,
) -> None:
    config = config_for(account, tmp_path, page_size=25, **more)
    chosen = only(catalog, *STREAMS)
    if selected == "some columns":
        chosen = deselect(chosen, LIST, "first_name", "job_title", "modified_date")
        chosen = deselect(chosen, "hard_bounces", "origin")
    plain = sync(config, chosen)
    assert "BATCH" not in plain.types
    for format_ in ("jsonl", "parquet"):
        batches = batching(tmp_path / "files", format_, batch_size=7)
        batched = sync({**config, "batch_config": batches}, chosen)
        assert records(batched) == records(plain) != {}
        assert described(batched) == described(plain)
        assert batched.activated.keys() == plain.activated.keys()
        assert timeless(batched.state) == timeless(plain.state)
        assert "RECORD" not in batched.types


def test_an_object_that_a_stream_map_makes_is_one_in_parquet(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    maps = {"hard_bounces": {"all": "record", "email": "md5(email)"}}
    config = config_for(account, tmp_path, stream_maps=maps)
    chosen = only(catalog, "hard_bounces")
    batches = batching(tmp_path / "files", "parquet")
    found = records(sync({**config, "batch_config": batches}, chosen))["hard_bounces"]
    assert isinstance(found[0]["all"], dict)
    assert found == records(sync(config, chosen))["hard_bounces"]


def test_a_line_is_byte_for_byte_what_the_message_holds(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    maps = {"hard_bounces": {"email": "md5(email)", "read": "datetime.date.today()"}}
    config = config_for(account, tmp_path, stream_maps=maps)
    chosen = only(catalog, LIST, "hard_bounces")
    plain = sync(config, chosen)
    batched = sync({**config, "batch_config": batching(tmp_path / "files")}, chosen)
    assert [
        line for message in batched.raw if message["type"] == "BATCH" for line in lines_of(message)
    ] == [serialize_json(message["record"]) for message in plain.raw if message["type"] == "RECORD"]


def test_a_deselected_column_reaches_no_file(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    config = config_for(
        account, tmp_path, batch_config=batching(tmp_path / "files", encoding={"format": "jsonl"})
    )
    chosen = deselect(only(catalog, LIST), LIST, "e_mail_address", "_raw")
    messages = sync(config, chosen)
    files = list((tmp_path / "files").iterdir())
    assert len(ids(messages)) == 60
    assert len(files) == 1
    assert "@" not in files[0].read_text()


@pytest.mark.parametrize("encoding", FORMATS)
def test_the_sdks_targets_read_the_files(
    encoding: dict[str, str], account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    chosen = only(catalog, LIST, "programs")
    plain = sync(config, chosen)
    batches = batching(tmp_path / "files", encoding=encoding, batch_size=25)
    batched = sync({**config, "batch_config": batches}, chosen)
    read: dict[str, list[dict[str, Any]]] = {}

    class Sink(BatchSink):
        def process_batch(self, context: dict[str, Any]) -> None:
            read.setdefault(self.stream_name, []).extend(context["records"])

    class TargetInMemory(Target):
        name = "target-in-memory"
        default_sink_class = Sink

    target = TargetInMemory()
    for message in batched.raw:
        if message["type"] == "BATCH":
            sink = Sink(target, message["stream"], batched.schemas[message["stream"]], None)
            sink.process_batch_files(
                BaseBatchFileEncoding(**message["encoding"]), message["manifest"]
            )
    assert read == records(plain)


def test_a_column_has_one_type_in_all_parquet_files_of_a_stream(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    batches = batching(tmp_path / "files", "parquet", batch_size=1)
    config = config_for(account, tmp_path, batch_config=batches)
    messages = sync(config, only(catalog, "message_reports", "messages", "programs"))
    schemas: dict[str, list[pa.Schema]] = {}
    for message in messages.raw:
        if message["type"] == "BATCH":
            schemas.setdefault(message["stream"], []).append(
                pq.read_schema(local(message["manifest"][0]))
            )
    assert set(schemas) == {"message_reports", "messages", "programs"}
    for found in schemas.values():
        assert len(found) > 1
        assert all(each == found[0] for each in found)
    reports = schemas["message_reports"][0]
    assert reports.field("sent_at").type == pa.string()
    assert reports.field("sent_to").type == pa.list_(pa.string())
    assert pa.int64() in reports.types


SCHEMA = {
    "properties": {
        "text": {"type": ["string", "null"]},
        "whole": {"type": ["integer", "null"]},
        "number": {"type": ["integer", "number", "null"]},
        "flag": {"type": "boolean"},
        "moment": {"type": ["string", "null"], "format": "date-time"},
        "texts": {"type": ["array", "null"], "items": {"type": "string"}},
        "object": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}},
        "anything": {},
        "open": {"type": ["object", "null"]},
    }
}


def parquet(folder: Path, *rows: dict[str, Any]) -> pa.Table:
    """Write rows into a file of parquet, and read it."""
    config = read_batch_config(batching(folder, "parquet"))
    assert config
    url = write_batch(config, "things", SCHEMA, [json.dumps(row) for row in rows])
    return pq.read_table(local(url))


def test_parquet_takes_its_types_from_the_schema(tmp_path: Path) -> None:
    table = parquet(tmp_path, {"text": None}, {})
    assert table.schema.types == [
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.bool_(),
        pa.string(),
        pa.list_(pa.string()),
        pa.struct([("a", pa.int64()), ("b", pa.string())]),
        pa.string(),
        pa.string(),
    ]


def test_parquet_holds_as_json_what_a_text_column_cannot(tmp_path: Path) -> None:
    row = {"text": 42, "anything": [1, {"a": None}], "open": {"b": True}, "object": {"b": 1.5}}
    found = parquet(tmp_path, row).to_pylist()[0]
    assert {name: value for name, value in found.items() if value is not None} == {
        "text": "42",
        "anything": '[1,{"a":null}]',
        "open": '{"b":true}',
        "object": {"a": None, "b": "1.5"},
    }


@pytest.mark.parametrize(
    "row",
    [
        {"whole": "many"},
        {"whole": 1.5},
        {"whole": 2**70},
        {"whole": True},
        {"number": 2**60 + 1},
        {"number": False},
        {"flag": "yes"},
        {"flag": 1},
        {"texts": "one"},
        {"object": "none"},
        {"new": 1},
    ],
    ids=str,
)
def test_parquet_refuses_what_it_would_have_to_change(row: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(row))!r}.*'things'.*jsonl"):
        parquet(tmp_path, {}, row)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("batch_size", [1, 7, 25, 60, 1000])
def test_no_file_holds_more_than_a_batch(
    batch_size: int, account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    batches = batching(tmp_path / "files", batch_size=batch_size)
    config = config_for(account, tmp_path, page_size=25, batch_config=batches)
    messages = sync(config, only(catalog, LIST))
    sizes = [len(records_of(each)) for each in messages.raw if each["type"] == "BATCH"]
    full, rest = divmod(60, batch_size)
    assert sizes == [batch_size] * full + [rest] * bool(rest)


@pytest.mark.parametrize("format_", ["jsonl", "parquet"])
def test_a_column_that_is_added_meanwhile_is_in_the_files_behind_its_schema(
    format_: str, simulator: Simulator, tmp_path: Path
) -> None:
    list_id = simulator.world.add_list("Ratings", ["Score"], [["1"], ["2"], ["3"]])
    files = batching(tmp_path / "files", format_)
    config = config_for(simulator, tmp_path, page_size=2, auto_add_columns=True, batch_config=files)
    chosen = only(discover(config), "list_ratings")
    simulator.faults.add(with_column_on_page_two(simulator, list_id, "Nick"))
    told = [each for each in sync(config, chosen).raw if each["type"] in {"SCHEMA", "BATCH"}]
    assert [each["type"] for each in told] == ["SCHEMA", "BATCH", "SCHEMA", "BATCH"]
    before, after = records_of(told[1]), records_of(told[3])
    assert [record["score"] for record in (*before, *after)] == ["1", "2", "3"]
    assert [record.get("nick") for record in (*before, *after)] == [None, None, "new"]


def test_every_file_is_named_in_a_message_once(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    batches = batching(tmp_path / "files", batch_size=7)
    batches["storage"]["prefix"] = "acton/run-"
    config = config_for(account, tmp_path, batch_config=batches)
    messages = sync(config, only(catalog, *STREAMS))
    named = [local(url) for each in messages.raw for url in each.get("manifest", ())]
    assert sorted(named) == sorted((tmp_path / "files" / "acton").iterdir())
    assert all(path.name.startswith("run-tap-acton--") for path in named)


def test_a_storage_that_is_no_folder_takes_the_files_too(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    batches = batching(tmp_path, storage={"root": f"memory://{tmp_path.name}"})
    config = config_for(account, tmp_path, batch_config=batches)
    messages = sync(config, only(catalog, "hard_bounces"))
    (url,) = next(each for each in messages.raw if each["type"] == "BATCH")["manifest"]
    assert len(gzip.decompress(UPath(url).read_bytes()).splitlines()) == 7
    assert [path.name for path in UPath(f"memory://{tmp_path.name}").iterdir()] == [UPath(url).name]


class Hurrying(FakeClock):
    """A clock by which a minute has passed whenever somebody looks."""

    def monotonic(self) -> float:
        self.advance(60)
        return super().monotonic()


@pytest.mark.parametrize(("batch_size", "states"), [(7, 6), (30, 2), (1000, 1)])
def test_whatever_state_a_run_is_taken_up_from_nothing_is_missing(
    batch_size: int,
    states: int,
    account: Simulator,
    catalog: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    batches = batching(tmp_path / "files", batch_size=batch_size)
    config = config_for(account, tmp_path, page_size=10, batch_config=batches, list_download="json")
    chosen = only(catalog, LIST)
    tap = TapActOn(config=config, catalog=chosen)
    tap.progress.clock = Hurrying()
    tap.progress._state_at = (0.0, 0)  # so a state is due with every page
    tap.sync_all()
    whole = Messages.parse(capsys.readouterr().out.splitlines())
    places = [place for place, each in enumerate(whole.raw) if each["type"] == "STATE"]
    assert len(places) >= states
    for place in places:
        before = [record["contact_id"] for each in whole.raw[:place] for record in records_of(each)]
        rest = ids(sync(config, chosen, whole.raw[place]["value"]))
        assert sorted({*before, *rest}) == sorted(ids(whole))
        assert len(before) + len(rest) - 60 <= 10, "only the page that was cut comes again"


@pytest.mark.parametrize("budget", [3, 7])
def test_each_of_several_budgeted_runs_brings_what_it_would_in_records(
    budget: int, account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, page_size=10)
    chosen = only(catalog, LIST, "hard_bounces", "messages")
    whole = sync(config, chosen)
    config["max_requests_per_run"] = budget
    batches = batching(tmp_path / "files", batch_size=8)
    plain, batched = Messages(), Messages()
    found = set()
    for _ in range(50):
        plain = sync(config, chosen, plain.state)
        batched = sync({**config, "batch_config": batches}, chosen, batched.state)
        assert records(batched) == records(plain)
        assert batched.types[-1] == "STATE"
        found |= {json.dumps(each) for each in records(batched).get(LIST, [])}
        if batched.error is None:
            break
        assert batched.error.exit_code == 75
    assert plain.error is None
    assert found == {json.dumps(each) for each in records(whole)[LIST]}


def test_a_failure_in_the_middle_keeps_what_was_read(simulator: Simulator, tmp_path: Path) -> None:
    batches = batching(tmp_path / "files")
    config = config_for(simulator, tmp_path, page_size=20, batch_config=batches)
    chosen = only(discover(config), LIST, "forms")
    simulator.faults.add(Fault(kind="status", status=403, path="/api/1/list/l-0001", first=3))
    cut = sync(config, chosen)
    rest = sync(config, chosen, cut.state)
    assert cut.error is not None
    assert cut.error.exit_code == 3
    assert ids(cut) == list(simulator.world.record_ids("l-0001"))[: len(ids(cut))] != []
    assert sorted({*ids(cut), *ids(rest)}) == sorted(simulator.world.record_ids("l-0001"))
    assert len(ids(rest)) < 60


def test_a_signal_leaves_whole_files_and_a_state(tmp_path: Path) -> None:
    options = Options(lists=1, contacts=400, messages=2, requests_per_second=0)
    files = tmp_path / "files"
    with Simulator(options) as simulator:
        config = config_for(
            simulator,
            tmp_path,
            page_size=50,
            batch_config=batching(files, batch_size=120),
            list_download="json",
            requests_in_flight=1,
        )
        (tmp_path / "config.json").write_text(json.dumps(config))
        (tmp_path / "catalog.json").write_text(json.dumps(only(discover(config), LIST)))
        arguments = [
            *("--config", str(tmp_path / "config.json")),
            *("--catalog", str(tmp_path / "catalog.json")),
        ]
        simulator.faults.add(Fault(kind="slow", path="/api/1/list/*", first=5, delay_s=600))
        simulator.journal.clear()
        output = tmp_path / "messages.jsonl"
        with (
            output.open("w") as stdout,
            subprocess.Popen(
                [TAP, *arguments], env=unmeasured(), stdout=stdout, stderr=subprocess.DEVNULL
            ) as process,
        ):
            wait_until(lambda: len(simulator.journal.matching(path="/api/1/list/*")) >= 4)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        cut = Messages.parse(output.read_text().splitlines())
        named = {local(url).name for each in cut.raw for url in each.get("manifest", ())}
        there = {path.name for path in files.iterdir()}
        (tmp_path / "state.json").write_text(json.dumps(cut.state))
        simulator.faults.clear()
        again = run_tap(*arguments, "--state", str(tmp_path / "state.json"))
    assert process.returncode == 143
    assert cut.types[-1] == "STATE"
    assert named == there
    rest = ids(Messages.parse(again.stdout.splitlines()))
    assert len(set(ids(cut)) | set(rest)) == 400
    assert len(rest) < 400


def held(folder: Path, state: dict[str, Any], write: Any) -> Batches:
    """Return batches of a stream of texts."""
    config = read_batch_config(batching(folder))
    assert config
    schemas = {name: {"properties": {"a": {"type": "string"}}} for name in ("one", "two")}
    return Batches(config, schemas=schemas, state=state, write=write)


def test_a_file_that_cannot_be_written_takes_the_state_back(tmp_path: Path) -> None:
    state: dict[str, Any] = {"resume": 1}
    said: list[Any] = []
    batches = held(tmp_path / "files", state, said.append)
    batches.add(RecordMessage("one", {"a": "x"}))
    state["resume"] = 2
    batches.finish()
    batches.add(RecordMessage("one", {"a": "y"}))
    state |= {"resume": 3, "undated": True}
    shutil.rmtree(tmp_path / "files")
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(ConfigError, match="batch_config"):
        batches.finish()
    batches.finish()
    assert state == {"resume": 2}
    assert len(said) == 1


def test_a_message_that_nobody_reads_takes_the_state_back(tmp_path: Path) -> None:
    def gone(_message: Any) -> None:
        raise TargetGoneError("The target closed the pipe")

    state = {"resume": 1}
    batches = held(tmp_path, state, gone)
    batches.add(RecordMessage("one", {"a": "x"}))
    state["resume"] = 2
    with pytest.raises(TargetGoneError):
        batches.finish()
    assert state == {"resume": 1}


def test_a_signal_waits_for_a_file_and_its_message(tmp_path: Path) -> None:
    said: list[Any] = []

    def write(message: Any) -> None:
        said.append(message)
        if len(said) == 1:
            interrupts._gate.held = signal.SIGTERM  # as if it had just come

    state = {"resume": 1}
    batches = held(tmp_path, state, write)
    for stream in ("one", "two"):
        batches.add(RecordMessage(stream, {"a": "x"}))
    state["resume"] = 2
    with pytest.raises(interrupts.Interrupted):
        batches.finish()
    assert [message.stream for message in said] == ["one"]
    batches.finish()
    assert [message.stream for message in said] == ["one", "two"]
    assert state == {"resume": 2}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_batch_has_the_version_of_its_records(tmp_path: Path) -> None:
    said: list[Any] = []
    batches = held(tmp_path, {}, said.append)
    for stream, version in (("one", 5), ("two", None), ("one", 5), ("one", 6)):
        batches.add(RecordMessage(stream, {"a": "x"}, version=version))
    batches.finish()
    messages = [message.to_dict() for message in said]
    assert [(each["stream"], each.get("version")) for each in messages] == [
        ("one", 5),
        ("two", None),
        ("one", 6),
    ]
    assert [len(lines_of(each)) for each in messages] == [2, 1, 1]


def test_batches_of_whole_readings_have_a_version_that_is_activated_after_them(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    batches = batching(tmp_path / "files", batch_size=1)
    config = config_for(account, tmp_path, batch_config=batches)
    messages = sync(config, only(catalog, "forms", "hard_bounces"))
    said = [
        (each["type"], each["version"])
        for each in messages.raw
        if each.get("stream") == "forms" and each["type"] != "SCHEMA"
    ]
    version = messages.activated["forms"]
    assert said == [("BATCH", version)] * account.options.forms + [("ACTIVATE_VERSION", version)]
    others = [each for each in messages.raw if each.get("stream") == "hard_bounces"]
    assert len(others) > 1
    assert not any("version" in each for each in others)


BAD: dict[str, tuple[Any, str]] = {
    "no object": (["jsonl"], "object"),
    "no JSON": ("{jsonl", "JSON"),
    "JSON of a list": ("[1]", "object"),
    "no encoding": ({"storage": {"root": "somewhere"}}, "encoding"),
    "no format": ({"encoding": {}, "storage": {"root": "somewhere"}}, "encoding.format"),
    "unknown format": (
        {"encoding": {"format": "csv"}, "storage": {"root": "somewhere"}},
        "encoding.format must be one of jsonl, parquet",
    ),
    "unknown compression": (
        {"encoding": {"format": "jsonl", "compression": "zstd"}, "storage": {"root": "somewhere"}},
        "encoding.compression must be one of none, gzip",
    ),
    "no storage": ({"encoding": {"format": "jsonl"}}, "storage"),
    "no root": ({"encoding": {"format": "jsonl"}, "storage": {}}, "storage.root"),
    "empty root": ({"encoding": {"format": "jsonl"}, "storage": {"root": ""}}, "storage.root"),
    "root below a file": (batching(Path("/dev/null/files")), "Not a directory"),
    "root of an unknown kind": (batching(Path(), storage={"root": "zork://x"}), "storage.root"),
    "root without its driver": (batching(Path(), storage={"root": "gs://x"}), "gcsfs"),
    "size zero": (batching(Path("somewhere"), batch_size=0), "batch_size must be a whole number"),
    "size negative": (
        batching(Path("somewhere"), batch_size=-5),
        "batch_size must be a whole number",
    ),
    "size no number": (batching(Path("somewhere"), batch_size="many"), "batch_size"),
    "size a truth": (batching(Path("somewhere"), batch_size=True), "batch_size"),
    "typo": (batching(Path("somewhere"), batch_sise=5), "batch_sise"),
    "typo inside": (
        {"encoding": {"format": "jsonl", "compresion": "gzip"}, "storage": {"root": "somewhere"}},
        "encoding.compresion",
    ),
}


@pytest.mark.parametrize(("given", "named"), BAD.values(), ids=BAD)
def test_nonsense_is_refused_before_any_request(
    given: Any, named: str, simulator: Simulator, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as refused:
        sync(config_for(simulator, tmp_path, batch_config=given))
    assert "'batch_config'" in str(refused.value)
    assert named in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert refused.value.exit_code == 2
    assert list(simulator.journal) == []


def test_parquet_without_pyarrow_says_what_to_install(simulator: Simulator, tmp_path: Path) -> None:
    missing = tmp_path / "path" / "pyarrow.py"
    missing.parent.mkdir()
    missing.write_text("raise ModuleNotFoundError(\"No module named 'pyarrow'\")\n")
    config = config_for(simulator, tmp_path, batch_config=batching(tmp_path / "files", "parquet"))
    (tmp_path / "config.json").write_text(json.dumps(config))
    run = run_tap("--config", str(tmp_path / "config.json"), PYTHONPATH=str(missing.parent))
    assert run.returncode == 2
    assert "'batch_config'" in run.stderr
    assert "tap-acton[parquet]" in run.stderr
    assert "Traceback" not in run.stderr
    assert list(simulator.journal) == []


@pytest.mark.parametrize("given", [None, "", {}, "{}"], ids=repr)
def test_an_empty_setting_means_records(
    given: Any, account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    config = config_for(account, tmp_path, batch_config=given)
    types = sync(config, only(catalog, "account")).types
    assert "RECORD" in types
    assert "BATCH" not in types


def test_a_text_of_json_and_a_size_as_text_are_taken_as_meltano_gives_them(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    given = json.dumps(batching(tmp_path / "files", batch_size="3"))
    config = config_for(account, tmp_path, batch_config=given)
    messages = sync(config, only(catalog, "hard_bounces"))
    sizes = [len(records_of(each)) for each in messages.raw if each["type"] == "BATCH"]
    assert sizes == [3, 3, 1]


def test_about_tells_of_batches() -> None:
    about = json.loads(run_tap("--about", "--format", "json").stdout)
    assert "batch" in about["capabilities"]
    assert "batch_config" in json.dumps(about["settings"])


def test_every_stream_can_be_written_as_parquet(
    account: Simulator, catalog: dict[str, Any], tmp_path: Path
) -> None:
    config = config_for(account, tmp_path)
    plain = sync(config, everything(catalog))
    batches = batching(tmp_path / "files", "parquet")
    batched = sync({**config, "batch_config": batches}, everything(catalog))
    assert batched.error is None
    assert set(RESOURCES) <= set(batched.schema_order)
    assert records(batched) == records(plain)
