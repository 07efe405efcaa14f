"""Does what a Containerfile says without a container engine: its root is a folder.

Only the instructions that ours has. An absolute path in them is one below the folder, so that the
steps need no rights; the base image is a virtual environment of this Python. Started by root, what
belongs to the image's user belongs to it; else to whoever runs the tests.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Built", "instructions"]

_OUTSIDE = re.compile(r"(?<![\w.:/])/(?=\w)")
_IGNORED = ("LABEL", "STOPSIGNAL", "VOLUME")


def instructions(file: Path) -> list[tuple[str, str]]:
    """Return each instruction of a Containerfile with what stands behind it."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    whole = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    pairs = (line.partition(" ") for line in whole.splitlines() if line.strip())
    return [(word, rest.strip()) for word, _, rest in pairs]


class Built:
    """An image in a folder.

    Args:
        file: The Containerfile, with .dockerignore beside it.
        folder: Empty, and open to all users.
    """

    def __init__(self, file: Path, folder: Path) -> None:
        self._base = folder / "base"
        self._root = folder / "root"
        self._context = folder / "context"
        self._stage = ""
        self._work = self._root
        self.environment: dict[str, str] = {}
        self.user = ""
        self.entrypoint: list[str] = []
        subprocess.run([sys.executable, "-m", "venv", self._base], check=True)
        self._take_context(file.parent)
        for word, rest in instructions(file):
            if word not in _IGNORED:
                getattr(self, f"_{word.lower()}")(rest)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command as the image's user, with the image's variables and more of them."""
        account = self.uid if os.getuid() == 0 else None
        return subprocess.Popen(
            command,
            env=self.environment | environment,
            cwd=self._work,
            user=account,
            group=account,
            extra_groups=[] if account else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def uid(self) -> int:
        """The number of the user that runs the image here."""
        return int(self.user.partition(":")[0]) if os.getuid() == 0 else os.getuid()

    def inside(self, path: str) -> Path:
        """Return where an absolute path of the image is."""
        return self._root / path.lstrip("/")

    def _take_context(self, source: Path) -> None:
        """Copy what .dockerignore lets in: everything is out, but for the names behind a `!`."""
        lines = (source / ".dockerignore").read_text().splitlines()
        assert "*" in lines
        self._context.mkdir()
        for name in (line[1:] for line in lines if line.startswith("!")):
            if (source / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source / name, self._context / name, ignore=ignored)
            else:
                shutil.copy(source / name, self._context)

    def _mapped(self, text: str) -> str:
        mapped = _OUTSIDE.sub(f"{self._root}/", text)
        return mapped if os.getuid() == 0 else mapped.replace("65532", str(os.getuid()))

    def _from(self, rest: str) -> None:
        if self._root.exists():
            self._root.rename(self._root.with_name(self._stage))
        self._root.mkdir()
        self._work = self._root
        self._stage = rest.partition(" AS ")[2]
        self.environment = {"PATH": f"{self._base}/bin:/usr/bin:/bin"}

    def _arg(self, rest: str) -> None:
        self._env(rest)

    def _env(self, rest: str) -> None:
        given = dict(word.split("=", 1) for word in shlex.split(self._mapped(rest)))
        self.environment |= {
            name: Template(value).substitute(self.environment) for name, value in given.items()
        }

    def _workdir(self, rest: str) -> None:
        self._work = self.inside(rest)
        self._work.mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, target = [word for word in rest.split() if not word.startswith("--")]
        stage = re.search(r"--from=(\w+)", rest)
        origin = self._root.with_name(stage[1]) if stage else self._context
        for source in (origin / each.lstrip("/") for each in sources):
            if source.is_dir():
                shutil.copytree(source, self._target(target), symlinks=True)
            else:
                shutil.copy(source, self._target(target))

    def _target(self, target: str) -> Path:
        return self.inside(target) if target.startswith("/") else self._work / target

    def _run(self, rest: str) -> None:
        self.inside("/var/lib").mkdir(parents=True, exist_ok=True)  # as every base image has it
        done = subprocess.run(
            ["/bin/sh", "-c", self._mapped(rest)],
            env=os.environ | self.environment,
            cwd=self._work,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"RUN {rest}: {done.stderr}"

    def _user(self, rest: str) -> None:
        self.user = rest

    def _entrypoint(self, rest: str) -> None:
        self.entrypoint = json.loads(rest)
