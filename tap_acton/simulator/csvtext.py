"""CSV replies. The dialect is a guess: RFC 4180, a row of headings, UTF-8 without a mark."""

import csv
import io
from collections.abc import Iterable, Sequence

from tap_acton.simulator.wire import CSV, Reply


def csv_reply(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Reply:
    """A table as CSV; quotes stand only where they must, and lines end in CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows(rows)
    return Reply(body=text.getvalue().encode(), content_type=CSV)
