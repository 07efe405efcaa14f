"""Requests as they are before somebody signs them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Write", "key_of", "question_of", "reading", "writing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """A request that changes something."""

    method: str
    path: str
    """Below the API's address, quoted where it has to be."""
    params: Mapping[str, str] = field(default_factory=dict)
    """The query."""
    body: Mapping[str, str] | None = None
    """Sent as JSON."""
    form: Mapping[str, str] | None = None
    """Sent as a form, in place of a body."""
    file: str | None = None
    """Sent as a file of CSV, in place of both."""


def reading(base_url: str, path: str, params: Mapping[str, str]) -> requests.Request:
    """Return a GET."""
    return requests.Request("GET", _address(base_url, path, params))


def question_of(base_url: str, path: str, question: Mapping[str, Any]) -> requests.Request:
    """Return a POST that changes nothing, with a question in its body."""
    return requests.Request("POST", base_url + path, json=question)


def writing(base_url: str, write: Write) -> requests.Request:
    """Return a request that changes something."""
    file = None if write.file is None else {"file": ("rows.csv", write.file.encode(), "text/csv")}
    return requests.Request(
        write.method,
        _address(base_url, write.path, write.params),
        json=write.body,
        data=write.form,
        files=file,
    )


def key_of(request: requests.Request) -> str:
    """Return what is the same for the same request."""
    return f"{request.method} {request.url} {json.dumps(request.json)}"


def _address(base_url: str, path: str, params: Mapping[str, str]) -> str:
    query = urlencode(params, quote_via=quote, errors="surrogatepass")
    return f"{base_url}{path}" + (f"?{query}" if query else "")
