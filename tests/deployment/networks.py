"""Hosts on this machine: network namespaces, each with an address and a home of its own."""

from __future__ import annotations

import os
import random
import select
import shutil
import socket
import socketserver
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Door", "Host", "hosts", "no_hosts"]

_IP = shutil.which("ip") or "ip"
_CHUNK = 65_536


@dataclass(frozen=True, kw_only=True)
class Host:
    """A network namespace that sees this machine and nothing else."""

    name: str
    address: str
    gateway: str
    """This machine's address, as the host sees it."""
    home: Path

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program there; what it writes is in the files `out` and `log` of its home.

        It has nothing of this process's environment but the PATH.
        """
        with (self.home / "out").open("wb") as out, (self.home / "log").open("wb") as log:
            return subprocess.Popen(
                [_IP, "netns", "exec", self.name, *command],
                cwd=self.home,
                env={"PATH": os.environ["PATH"], "HOME": str(self.home)},
                stdout=out,
                stderr=log,
            )


def no_hosts() -> str:
    """Return why no hosts can be made here, and what would help; nothing if they can."""
    if os.geteuid():
        return "only root can make network namespaces"
    probe = f"acton-{os.getpid()}-probe"  # other workers look at the same time
    try:
        _ip(f"netns add {probe}", f"netns del {probe}")
    except FileNotFoundError:
        return "there is no `ip`; `apt-get install iproute2` brings it"
    except subprocess.CalledProcessError as error:
        return f"no network namespaces here, it takes CAP_SYS_ADMIN and CAP_NET_ADMIN: {error}"
    return ""


@contextmanager
def hosts(folder: Path, count: int) -> Iterator[list[Host]]:
    """Make hosts for a while, with homes in a folder."""
    net = f"10.{random.randrange(64, 255)}"  # noqa: S311 - so that two tests do not meet
    made = [
        Host(
            name=f"acton-{os.getpid()}-{number}",
            address=f"{net}.{number}.2",
            gateway=f"{net}.{number}.1",
            home=folder / f"host-{number}",
        )
        for number in range(count)
    ]
    try:
        for number, each in enumerate(made):
            each.home.mkdir()
            _connect(each, f"acton{os.getpid() % 100_000}v{number}")
        yield made
    finally:
        for each in made:
            subprocess.run([_IP, "netns", "del", each.name], check=False)


def _connect(host: Host, link: str) -> None:
    _ip(
        f"netns add {host.name}",
        f"link add {link} type veth peer name eth0 netns {host.name}",
        f"address add {host.gateway}/24 dev {link}",
        f"link set {link} up",
        f"-n {host.name} address add {host.address}/24 dev eth0",
        f"-n {host.name} link set eth0 up",
        f"-n {host.name} route add default via {host.gateway}",
    )


def _ip(*commands: str) -> None:
    for command in commands:
        subprocess.run([_IP, *command.split()], check=True, capture_output=True, timeout=20)


class Door(socketserver.ThreadingTCPServer):
    """A way from another address of this machine to a port on its loopback.

    Args:
        address: Where to listen, on a free port.
        port: Where to lead.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: str, port: int) -> None:
        super().__init__((address, 0), _Passage)
        self.inside = port
        self.came_from: set[str] = set()

    @contextmanager
    def open(self) -> Iterator[str]:
        """Lead there for a while, and give the address with the port."""
        threading.Thread(target=self.serve_forever, daemon=True).start()
        try:
            host, port = self.server_address[:2]
            yield f"{host!s}:{port}"
        finally:
            self.shutdown()
            self.server_close()


class _Passage(socketserver.BaseRequestHandler):
    server: Door

    def handle(self) -> None:
        """Carry bytes both ways until one side closes."""
        self.server.came_from.add(self.client_address[0])
        with socket.create_connection(("127.0.0.1", self.server.inside)) as inside:
            other = {self.request: inside, inside: self.request}
            while True:
                for side in select.select(list(other), [], [])[0]:
                    try:
                        data = side.recv(_CHUNK)
                    except ConnectionError:
                        return
                    if not data:
                        return
                    other[side].sendall(data)
