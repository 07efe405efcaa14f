"""Settings of what is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - a dataclass field's type is read at run time

from tap_acton.kinds import Choice, Flag, Integer, Moment, Text, TextList
from tap_acton.settings.table import setting

__all__ = ["ReadingSettings"]


@dataclass(frozen=True, kw_only=True)
class ReadingSettings:
    """What is read."""

    account_id: str | None = setting(
        "Number of the account, for the parts of the API that have it in their paths. If not set, "
        "Act-On is asked once, and the answer is kept beside the tokens.",
        Text(number=True),
        title="Account ID",
    )
    page_size: int = setting(
        "Most rows in one request. At least 2 are asked for, since each page repeats a row of the "
        "page before as proof that nothing has moved, and 20 where pages have numbers.",
        Integer(minimum=1, maximum=1000),
        property="Pagesize",
        title="Page size",
        default=1000,
    )
    list_download: str = setting(
        "How a list comes when it is read whole: json, page by page; csv, all at once, which is "
        "an error where Act-On's CSV cannot be read; auto, all at once where many pages are left "
        "and the CSV proves to have what the pages have. Lists of 255 columns and more are always "
        "read as CSV.",
        Choice(words=("auto", "json", "csv")),
        title="List download",
        default="auto",
    )
    start_date: datetime | None = setting(
        "Incremental streams begin with what changed at or after this moment. If not set, with "
        "everything.",
        Moment(),
        property="",
        title="Start date",
    )
    end_date: datetime | None = setting(
        "Incremental streams end with what changed before this moment. If not set, with the "
        "latest.",
        Moment(),
        property="",
        title="End date",
    )
    lists: tuple[str, ...] = setting(
        "Names or IDs of the lists that discovery takes; * and ? match any text, and ! in front "
        "leaves lists out. If not set, all lists. A sync with a catalog reads what that selects.",
        TextList(),
        property="",
        title="Lists",
        default=(),
    )
    report_lookback_days: int = setting(
        "For how many days a message's reports and events are read again: they change long after "
        "it was sent.",
        Integer(minimum=0, maximum=3650),
        property="",
        title="Report look-back",
        default=30,
    )
    suppression_snapshots: bool = setting(
        "Reads hard bounces, spam complaints and opt-outs whole in every run, so that whoever "
        "opts in again vanishes from the target too. If false, only what is new is read.",
        Flag(),
        property="",
        title="Suppression snapshots",
        default=False,
    )
    emit_activate_version_messages: bool = setting(
        "After a stream was read whole, tells the target to drop the rows that Act-On has no more.",
        Flag(),
        property="",
        title="Emit ACTIVATE_VERSION messages",
        default=True,
    )
    auto_add_columns: bool = setting(
        "Reads columns that were added to a list after the catalog was made, as texts. If false, "
        "they are reported and left out.",
        Flag(),
        property="",
        title="Add new columns",
        default=False,
    )
    type_detection: str = setting(
        "Types of the columns of lists: none, all are texts, as Act-On sends them; sample, the "
        "types that the first rows show at discovery. A value that does not fit its column later "
        "is kept in _raw, and the column is wider in the next run.",
        Choice(words=("none", "sample")),
        property="",
        title="Type detection",
        default="none",
    )
