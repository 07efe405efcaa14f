"""A tap as the SDK's template writes it (meltano/sdk, cookiecutter/tap-template).

RESTStream, a bearer token, an offset paginator, `parse_response` and `post_process`; no more.
"""

from __future__ import annotations

import decimal
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import RESTStream, Stream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import BaseOffsetPaginator

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

_PAGE_ROWS = 1000
_DATES = ("created_date", "modified_date")
_EVENTS = ("SENT", "SUPPRESSED", "OPENED", "CLICKED", "BOUNCED", "OPT_OUT", "SPAM")


class Offsets(BaseOffsetPaginator):
    """Goes on as long as the stream's last reply was no last page."""

    def __init__(self, stream: ActOnStream) -> None:
        """Begin at the first row."""
        super().__init__(start_value=0, page_size=_PAGE_ROWS)
        self._stream = stream

    def has_more(self, response: requests.Response) -> bool:  # noqa: ARG002 - of the base
        """Tell whether rows are left."""
        return self._stream.has_more


class ActOnStream(RESTStream[int]):
    """What all streams share."""

    rows_field = "result"
    has_more = False

    @property
    def url_base(self) -> str:
        """The address of the API."""
        return str(self.config["api_url"])

    @property
    def authenticator(self) -> BearerTokenAuthenticator:
        """Puts the token on."""
        return BearerTokenAuthenticator(token=self.config["auth_token"])

    def get_new_paginator(self) -> Offsets:
        """Page by offset."""
        return Offsets(self)

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:
        """Ask for a page, of the context's type if it has one."""
        kind = {"type": context["type"]} if context and "type" in context else {}
        return {"count": _PAGE_ROWS, "offset": next_page_token or 0, **kind}

    def parse_response(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        """Yield the rows of a reply."""
        body = response.json(parse_float=decimal.Decimal)
        self.has_more = body["offset"] + body["count"] < body["totalCount"]
        yield from self.rows(body)

    def rows(self, body: dict[str, Any]) -> Iterable[dict[str, Any]]:
        """Take the rows out of a reply."""
        return body[self.rows_field]  # type: ignore[no-any-return]  # of JSON


class ListStream(ActOnStream):
    """The rows of one list."""

    name = "list_rows"
    primary_keys = ("contact_id",)

    def __init__(self, tap: Tap) -> None:
        """Take list and headings from the configuration: texts, and dates."""
        columns = (
            th.Property(_column(each), th.DateTimeType if each in _DATES else th.StringType)
            for each in tap.config["headings"]
        )
        schema = th.PropertiesList(*columns).to_dict()
        super().__init__(tap, schema=schema, path=f"/api/1/list/{tap.config['list_id']}")

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:
        """Ask for the dates too."""
        return {**super().get_url_params(context, next_page_token), "datequalifiers": "true"}

    def rows(self, body: dict[str, Any]) -> Iterable[dict[str, Any]]:
        """Give cells their names."""
        names = [_column(each) for each in body["headers"]]
        return (dict(zip(names, row, strict=True)) for row in body["data"])

    def post_process(self, row: dict[str, Any], context: Any = None) -> dict[str, Any]:  # noqa: ARG002
        """Make moments of milliseconds."""
        for name in _DATES:
            row[name] = _moment(row[name])
        return row


class MessagesStream(ActOnStream):
    """The messages that have a report."""

    name = "messages"
    path = "/api/1/message"
    rows_field = "msgresult"
    primary_keys = ("msgId",)
    partitions: ClassVar[list[dict[str, str]]] = [{"type": "SENT"}, {"type": "TRIGGERED"}]
    schema = th.PropertiesList(
        th.Property("msgId", th.StringType), th.Property("timeStamp", th.StringType)
    ).to_dict()

    def get_child_context(self, record: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002
        """Name the message."""
        return {"message_id": record["msgId"], "sent_at": _moment(record["timeStamp"])}


class ReportsStream(ActOnStream):
    """The report of each message."""

    name = "message_reports"
    path = "/api/1/message/{message_id}/report"
    parent_stream_type = MessagesStream
    primary_keys = ("message_id",)
    schema = th.PropertiesList(
        th.Property("message_id", th.StringType),
        th.Property("sent_at", th.DateTimeType),
        *(th.Property(name, th.StringType) for name in ("title", "subject", "status")),
        *(
            th.Property(name, th.IntegerType)
            for name in ("sent", "delivered", "bounced", "hardBounced", "softBounced", "notopened")
        ),
        *(
            th.Property(name, th.ArrayType(th.IntegerType))
            for name in ("opened", "effectiveopened", "clicked", "notsent")
        ),
        *(
            th.Property(name, th.IntegerType)
            for name in ("optout", "spam", "lastOpenTS", "lastClickTS", "rebroadcast")
        ),
        th.Property("sentto", th.ArrayType(th.StringType)),
    ).to_dict()

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:  # noqa: ARG002
        """A report is not paged."""
        return {}

    def parse_response(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        """Yield the one report."""
        self.has_more = False
        yield response.json()


class DrilledMessagesStream(MessagesStream):
    """The messages, each of them seven times."""

    name = "drilled_messages"

    def generate_child_contexts(self, record: Any, context: Any) -> Iterable[dict[str, Any]]:
        """Name the message and one of its events."""
        for event in _EVENTS:
            yield {**self.get_child_context(record, context), "event": event}


class EventsStream(ActOnStream):
    """The events of each message."""

    name = "message_events"
    path = "/api/1/message/{message_id}/report/{event}"
    parent_stream_type = DrilledMessagesStream
    primary_keys = ()
    schema = th.PropertiesList(
        *(
            th.Property(name, th.StringType)
            for name in ("message_id", "event", "email", "name", "listid", "recid", "action")
        ),
        *(th.Property(name, th.StringType) for name in ("data", "when", "linkURI")),
        *(th.Property(name, th.StringType) for name in ("ip", "os", "browser")),
        th.Property("ts", th.IntegerType),
        th.Property("sent_at", th.DateTimeType),
    ).to_dict()


class TapPlain(Tap):
    """The tap."""

    name = "tap-plain"
    config_jsonschema = th.PropertiesList(
        th.Property("api_url", th.StringType, required=True),
        th.Property("auth_token", th.StringType, required=True, secret=True),
        th.Property("kind", th.StringType, required=True),
        th.Property("list_id", th.StringType),
        th.Property("headings", th.ArrayType(th.StringType)),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        """Return the streams that were asked for."""
        kinds: dict[str, tuple[type[Stream], ...]] = {
            "list": (ListStream,),
            "reports": (MessagesStream, ReportsStream),
            "events": (DrilledMessagesStream, EventsStream),
        }
        return [stream(tap=self) for stream in kinds[self.config["kind"]]]


def _column(heading: str) -> str:
    return re.sub(r"\W+", "_", heading.lower()).strip("_")


def _moment(milliseconds: str) -> str:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat()


if __name__ == "__main__":
    TapPlain.cli()
