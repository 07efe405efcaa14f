"""Runs a command whose output is read and counted, and measures what it took."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Command", "Run", "run"]

_CHUNK: Final = 1 << 20
_RECORD: Final = (b'{"type":"RECORD"', b'{"type": "RECORD"')
_COUNT: Final = b'{"type": "COUNT"'
_SHOWN: Final = 2000
_LAUNCHER: Final = str(Path(__file__).with_name("launcher.py"))
# Exit code, CPU and memory of a command that was ended.
_ENDED: Final = f"{-signal.SIGKILL} 0 0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What to start, and how long it may take."""

    arguments: tuple[str, ...] = field(repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 1800.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What one run of a command read and took.

    `cpu_s` is of the process and of those that it waited for; `peak_mb` is the most memory
    (RSS, in 1,000,000 bytes) that one of them held.
    """

    records: int
    bytes_out: int
    wall_s: float
    cpu_s: float
    peak_mb: float
    exit_code: int = 0
    error: str = field(default="", repr=False)
    """The end of what a command wrote to stderr that failed."""


@dataclass(kw_only=True, slots=True)
class _Reading:
    """Counts records in a pipe, and keeps no more than its last line."""

    records: int = 0
    bytes_out: int = 0
    rest: bytes = b""

    def drain(self, pipe: int) -> None:
        while chunk := os.read(pipe, _CHUNK):
            self.bytes_out += len(chunk)
            self._count(self.rest + chunk)

    def _count(self, text: bytes) -> None:
        # A mark may lie across two chunks, so that what follows the last line's end is kept.
        lines, end, self.rest = text.rpartition(b"\n")
        self.records += sum((lines + end).count(mark) for mark in _RECORD)
        if _COUNT in lines:
            self.records += json.loads(lines[lines.rindex(_COUNT) :])["records"]


def run(command: Command) -> Run:
    """Run a command to its end, or to its time limit, and count what it writes."""
    told, tell = os.pipe()
    with tempfile.TemporaryFile() as errors, os.fdopen(told) as usage:
        began_s = time.perf_counter()
        process = _launch(command, tell, errors)
        os.close(tell)
        guard = Timer(command.timeout_s, _end, [process])
        guard.start()
        try:
            reading = _drained(process)
            used = usage.read() or _ENDED
        finally:
            guard.cancel()
            _end(process)
        wall_s = time.perf_counter() - began_s
        return _measured(reading, used, wall_s, errors)


def _launch(command: Command, tell: int, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - the benchmark's own commands
        (sys.executable, "-I", "-S", _LAUNCHER, str(tell), *command.arguments),
        stdout=subprocess.PIPE,
        stderr=errors,
        env=_environment(command),
        pass_fds=(tell,),
        start_new_session=True,
    )


def _environment(command: Command) -> dict[str, str]:
    # Installed programs are compiled; without this variable, so are those of a working tree.
    own = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **command.environment}


def _end(process: subprocess.Popen[bytes]) -> None:
    # The launcher and what it started are one group, which is gone if all went well.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _drained(process: subprocess.Popen[bytes]) -> _Reading:
    reading = _Reading()
    if process.stdout:
        with process.stdout as pipe:
            reading.drain(pipe.fileno())
    return reading


def _measured(reading: _Reading, used: str, wall_s: float, errors: IO[bytes]) -> Run:
    code, cpu_s, peak_kb = used.split()
    return Run(
        records=reading.records,
        bytes_out=reading.bytes_out,
        wall_s=wall_s,
        cpu_s=float(cpu_s),
        peak_mb=int(peak_kb) * 1024 / 1e6,
        exit_code=int(code),
        error=_tail(errors) if int(code) else "",
    )


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read().decode(errors="replace")[-_SHOWN:]
