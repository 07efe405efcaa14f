"""Routes: which function answers which path, and the document that it copies."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from tap_acton.simulator.options import Options
from tap_acton.simulator.wire import Reply, Request
from tap_acton.simulator.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request that found its route; `names` are the variables of the path."""

    request: Request
    names: Mapping[str, str]
    world: World
    options: Options

    def param(self, name: str) -> str:
        """A query parameter, or empty."""
        return self.request.query.get(name, "")

    def number(self, name: str, default: int) -> int:
        """A query parameter as a number; what is no number counts as absent (guess)."""
        text = self.param(name)
        return int(text) if text.isdecimal() else default


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation.

    `source` names the document, as in `SPEC get-logo-list`, or starts with `guess`.
    `either_slash` takes the path with and without a slash at its end: clients do so on
    `/api/1` (INFERRED); paths of other families are literal.
    """

    method: str
    path: str
    handler: Handler = field(repr=False)
    source: str
    either_slash: bool = True

    def match(self, request: Request) -> dict[str, str] | None:
        """The variables of the path if the request belongs here."""
        if request.method != self.method:
            return None
        wanted, given = self.path, request.path
        if self.either_slash:
            wanted, given = wanted.rstrip("/"), given.rstrip("/")
        return _bind(wanted.split("/"), given.split("/"))


def find(routes: Iterable[Route], request: Request) -> tuple[Route, dict[str, str]] | None:
    """The first route that matches; tables put fixed words before variables."""
    for route in routes:
        names = route.match(request)
        if names is not None:
            return route, names
    return None


def _bind(wanted: list[str], given: list[str]) -> dict[str, str] | None:
    if len(wanted) != len(given):
        return None
    names: dict[str, str] = {}
    for pattern, segment in zip(wanted, given, strict=True):
        if pattern.startswith("{"):
            names[pattern[1:-1]] = unquote(segment)
        elif pattern != unquote(segment):
            return None
    return names
