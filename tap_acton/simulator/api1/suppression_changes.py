"""Addresses that opt out of all mail, or in again: a file with one address in each row."""

import csv
import io

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply

_ORIGIN = "User: John Doe via Act-On API"


def opt_out(call: Call) -> Reply:
    """Put addresses onto the list of those that get no mail, each once (guess)."""
    known = {row.email.lower() for row in call.world.suppressed("optout")}
    emails, reply = _read(call)
    for email in emails:
        if email.lower() not in known:
            call.world.add_suppressed("optout", email, origin=_ORIGIN)
            known.add(email.lower())
    return reply


def opt_in(call: Call) -> Reply:
    """Hide addresses from the list."""
    emails, reply = _read(call)
    wanted = {email.lower() for email in emails}
    for row in call.world.suppressed("optout"):
        if row.email.lower() in wanted:
            call.world.remove_suppressed("optout", row.email)
    return reply


def _read(call: Call) -> tuple[list[str], Reply]:
    """The addresses of the file, and the reply; what counts as an address is a guess."""
    if call.request.file is None:
        raise refuse(10003)
    cells = [(row or [""])[0].strip() for row in csv.reader(io.StringIO(call.request.file))]
    emails = [cell for cell in cells if "@" in cell]
    empty = sum(not cell for cell in cells)
    rejected = len(cells) - len(emails) - empty
    told: dict[str, object] = {
        "status": "success",
        "message": f"{empty + rejected} invalid or empty records rejected. "
        f"{len(emails)} valid records processed.",
        "emptyRecords": empty,
        "rejectedRecords": rejected,
    }
    if rejected:
        told["rejectedRecordsUrl"] = "bad_optout_records_1.csv"
    return emails, json_reply(told)


ROUTES = (
    Route(
        method="PUT",
        path="/api/1/list/optout",
        handler=opt_out,
        source="HC 360063318113",
    ),
    Route(
        method="PUT",
        path="/api/1/list/optin",
        handler=opt_in,
        source="HC 14380915019031",
    ),
)
