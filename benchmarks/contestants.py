"""Who reads: tap-acton and its peers, and how each is told what to read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from benchmarks.running import Command

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from benchmarks.target import Target

__all__ = [
    "BASE",
    "OWN_PYTHON",
    "OWN_TAP",
    "PEERS",
    "Contestant",
    "Job",
    "Ours",
    "Peer",
    "UnpreparedError",
    "environment_of",
    "known_settings",
]

ROOT: Final = Path(__file__).parent.parent
_OWN: Final = ROOT / ".tools" / "bench" / "tap-acton" / "bin" / "python"
OWN_PYTHON: Final = str(_OWN) if _OWN.exists() else sys.executable
"""Of an environment without what is for development, as `make bench` makes it."""
OWN_TAP: Final = str(Path(OWN_PYTHON).with_name("tap-acton"))
_NO_LIMIT: Final = 100_000
_LIMIT: Final = 5
Kind = Literal["list", "reports", "events", "suppression"]


class UnpreparedError(Exception):
    """A command that makes a measurement ready failed; the text has what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What to read: one list, the reports or events of all messages, or who gets no mail."""

    kind: Kind
    target: Target
    folder: Path
    """For configurations and whatever a contestant keeps; empty at first."""
    paced: bool = False
    """Whether the documented limit holds."""
    mapped: bool = False
    """Whether a stream map changes a column."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of tap-acton, for this job."""

    def written(self, name: str, content: object) -> str:
        """Write a JSON file into the folder and return its path."""
        path = self.folder / name
        path.write_text(json.dumps(content))
        return str(path)


class Contestant(Protocol):
    """A program that can do jobs."""

    @property
    def name(self) -> str:
        """The name in tables."""

    def takes(self, job: Job) -> bool:
        """Tell whether it can do a job."""

    def command(self, job: Job) -> Command:
        """Write what it needs into the job's folder and return what to start."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ours:
    """tap-acton, of this checkout or another."""

    tap: str = OWN_TAP
    name: str = "tap-acton"

    def takes(self, job: Job) -> bool:  # noqa: ARG002 - of the protocol
        """It takes them all."""
        return True

    def command(self, job: Job) -> Command:
        """Return a sync with a catalog that selects the job's streams."""
        catalog = job.folder / "catalog.json"
        config = job.written("config.json", self.config(job))
        catalog.write_text(self._discovered(config, job))
        return Command(arguments=(self.tap, "--config", config, "--catalog", str(catalog)))

    def config(self, job: Job, **changes: Any) -> dict[str, Any]:
        """Return the configuration for a job; what this version lacks, and None, are left out."""
        wanted = {
            "requests_per_second": _LIMIT if job.paced else _NO_LIMIT,
            **job.target.settings,
            "initiate_oauth": "REFRESH",
            "access_token": job.target.token,
            "oauth_settings_location": str(job.folder / "tokens"),
            "lists": [job.target.list_id],
            **job.settings,
            **changes,
        }
        known = known_settings(self.tap)
        config = {
            name: value for name, value in wanted.items() if name in known and value is not None
        }
        if job.mapped:
            config["stream_maps"] = {stream_of(job.target): {"first_name": "first_name.lower()"}}
        return config

    def _discovered(self, config: str, job: Job) -> str:
        catalog = json.loads(_output(self.tap, "--config", config, "--discover"))
        select(catalog, _STREAMS.get(job.kind) or {stream_of(job.target)})
        return json.dumps(catalog)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """A program in an environment of its own."""

    name: str
    environment: str
    kinds: frozenset[Kind] = frozenset({"list", "reports", "events"})
    maps: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether its environment has been made."""
        return (environment_of(self.environment) / "installed").is_file()

    def takes(self, job: Job) -> bool:
        """Tell whether it can do a job."""
        return job.kind in self.kinds and (self.maps or not job.mapped)

    def command(self, job: Job) -> Command:
        """Return what to start."""
        config: dict[str, Any] = {
            "api_url": job.target.url,
            "auth_token": job.target.token,
            "kind": job.kind,
            "list_id": job.target.list_id,
            "headings": list(job.target.headings),
        }
        return _COMMANDS[self.environment](job, config)


def environment_of(name: str) -> Path:
    """Return the folder of a peer's environment, which `make bench` fills."""
    return ROOT / ".tools" / "bench" / name


@cache
def known_settings(tap: str) -> frozenset[str]:
    """Return the settings that a tap says it has."""
    about = json.loads(_output(tap, "--about", "--format", "json"))
    return frozenset(about["settings"]["properties"])


def stream_of(target: Target) -> str:
    """Return the name of the list's stream."""
    return "list_" + re.sub(r"\W+", "_", target.list_name.lower()).strip("_")


def select(catalog: dict[str, Any], streams: Collection[str]) -> None:
    """Select these streams of a catalog and no others."""
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams


def _output(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise UnpreparedError(f"{command[-1]}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _plain_sdk(job: Job, config: dict[str, Any]) -> Command:
    if job.mapped:
        config["stream_maps"] = {"list_rows": {"first_name": "first_name.lower()"}}
    script = _script("plain_sdk", "plain_sdk.py")
    return Command(arguments=(*script, "--config", job.written("config.json", config)))


def _dlt(job: Job, config: dict[str, Any]) -> Command:
    file = job.written("config.json", {**config, "folder": str(job.folder)})
    home = {"HOME": str(job.folder), "DLT_DATA_DIR": str(job.folder)}
    return Command(arguments=(*_script("dlt", "dlt_rest_api.py"), file), environment=home)


def _airbyte(job: Job, config: dict[str, Any]) -> Command:
    wanted = {"list": "list_rows", "reports": "message_reports", "events": "message_events"}
    stream = {
        "name": wanted[job.kind],
        "json_schema": {"type": "object", "properties": {}},
        "supported_sync_modes": ["full_refresh"],
    }
    modes = {"sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    config["requests_per_second"] = _LIMIT if job.paced else _NO_LIMIT
    peers = ROOT / "benchmarks" / "peers"
    return Command(
        arguments=(
            str(environment_of("airbyte") / "bin" / "source-declarative-manifest"),
            *("read", "--config", job.written("config.json", config)),
            *("--catalog", job.written("catalog.json", {"streams": [{"stream": stream, **modes}]})),
            *("--manifest-path", str(peers / "airbyte.yaml")),
            *("--components-path", str(peers / "airbyte_rows.py")),
        ),
        environment={"AIRBYTE_ENABLE_UNSAFE_CODE": "true", "DO_NOT_TRACK": "1"},
    )


def _bare(job: Job, config: dict[str, Any]) -> Command:
    return Command(arguments=(*_script("bare", "bare.py"), job.written("config.json", config)))


def _script(environment: str, file: str) -> tuple[str, str]:
    python = environment_of(environment) / "bin" / "python"
    return str(python), str(ROOT / "benchmarks" / "peers" / file)


_STREAMS: Final[dict[str, set[str]]] = {
    "reports": {"message_reports"},
    "events": {"message_events"},
    "suppression": {"hard_bounces", "spam_complaints", "opt_outs"},
}
_COMMANDS: Final = {"plain_sdk": _plain_sdk, "dlt": _dlt, "airbyte": _airbyte, "bare": _bare}

BASE: Final = "plain SDK tap"
"""The contestant that ratios are against."""
PEERS: Final = (
    Peer(name=BASE, environment="plain_sdk", maps=True),
    Peer(name="dlt rest_api", environment="dlt"),
    Peer(name="Airbyte CDK", environment="airbyte"),
    Peer(name="bare", environment="bare", kinds=frozenset({"list"})),
)
