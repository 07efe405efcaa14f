"""Settings of what is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - a dataclass field's type is read at run time

from tap_acton.kinds import Integer, Moment, Text, TextList
from tap_acton.settings.table import setting

__all__ = ["ReadingSettings"]


@dataclass(frozen=True, kw_only=True)
class ReadingSettings:
    """What to read, and in what pieces."""

    account_id: str | None = setting(
        "Number of the account, for the parts of the API that have it in their paths. The "
        "streams of today need none: there the login says which account it is.",
        Text(number=True),
        title="Account id",
    )
    page_size: int = setting(
        "Rows asked for in one request. Each page repeats one row of the page before, as proof "
        "that nothing has moved, so that at least two are asked for.",
        Integer(minimum=1, maximum=1000),
        property="Pagesize",
        title="Page size",
        default=1000,
    )
    start_date: datetime | None = setting(
        "Incremental streams begin with what changed at or after this moment. If not set, with "
        "everything.",
        Moment(),
        title="Start date",
    )
    end_date: datetime | None = setting(
        "Incremental streams end with what changed before this moment.",
        Moment(),
        title="End date",
    )
    lists: tuple[str, ...] = setting(
        "Lists to read, by name or id; * and ? match any text. If not set, all of them.",
        TextList(),
        title="Lists",
        default=(),
    )
