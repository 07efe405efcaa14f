"""Settings of what is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - a dataclass field's type is read at run time

from tap_acton.kinds import Choice, Flag, Integer, Moment, Text, TextList
from tap_acton.settings.table import setting

__all__ = ["ReadingSettings"]


@dataclass(frozen=True, kw_only=True)
class ReadingSettings:
    """What to read, and in what pieces."""

    account_id: str | None = setting(
        "Number of the account, for the parts of the API that have it in their paths. If not "
        "set, Act-On is asked once, and the answer is kept beside the tokens.",
        Text(number=True),
        title="Account id",
    )
    page_size: int = setting(
        "Rows asked for in one request. Each page repeats one row of the page before, as proof "
        "that nothing has moved, so that at least two are asked for, and 20 where pages have "
        "numbers.",
        Integer(minimum=1, maximum=1000),
        property="Pagesize",
        title="Page size",
        default=1000,
    )
    list_download: str = setting(
        "How the records of a list come when it is read whole: page by page (json); all at once "
        "(csv), which is an error where Act-On's CSV cannot be read; or all at once where many "
        "pages are left and the CSV proves to have what the pages have (auto). Lists of 255 "
        "columns and more are always read as CSV.",
        Choice(words=("auto", "json", "csv")),
        title="List download",
        default="auto",
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
        "Lists to read, by name or id; * and ? match any text, and ! in front leaves lists out. "
        "If not set, all of them.",
        TextList(),
        title="Lists",
        default=(),
    )
    report_lookback_days: int = setting(
        "Days for which the reports and events of a message are read again: they change long "
        "after it was sent.",
        Integer(minimum=0, maximum=3650),
        title="Report lookback days",
        default=30,
    )
    suppression_snapshots: bool = setting(
        "Reads hard bounces, spam complaints and opt-outs whole in every run, so that who opts in "
        "again vanishes from the target too. Otherwise only what is new is read.",
        Flag(),
        title="Suppression snapshots",
        default=False,
    )
    emit_activate_version_messages: bool = setting(
        "After a stream was read whole, tells the target to drop rows that are gone.",
        Flag(),
        title="Emit ACTIVATE_VERSION messages",
        default=True,
    )
    auto_add_columns: bool = setting(
        "Reads columns that were added to a list after the catalog was made, as texts. Otherwise "
        "they are reported and left out.",
        Flag(),
        title="Auto add columns",
        default=False,
    )
    type_detection: str = setting(
        "What the columns of lists are: texts, as Act-On sends them (none), or of the types that "
        "the first rows show at discovery (sample). A value that does not fit its column later is "
        "kept in _raw, and the column is wider in the next run.",
        Choice(words=("none", "sample")),
        title="Type detection",
        default="none",
    )
