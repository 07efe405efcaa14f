"""Records of a list that come, change and go."""

import json
from collections.abc import Mapping

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import TEXT, Reply, json_reply
from tap_acton.simulator.world.contact_list import ContactList, Row

_MOST_DELETED = 100
_TAGS = {"FIRSTNAME": "First Name", "LASTNAME": "Last Name"}


def insert(call: Call) -> Reply:
    """Add a record; one like another is added all the same (HC)."""
    found = _list(call)
    return _saved("inserted", call.world.insert_record(found.facts.id, _values(call, found)))


def upsert(call: Call) -> Reply:
    """Change the first record with an address, or add one (HC 1500004179221)."""
    found, email = _list(call), call.param("email")
    column = found.facts.email_column
    if column < 0 or not email:
        raise refuse(10008)
    values = _values(call, found)
    same = (row for row in found if row.cells[column].lower() == email.lower())
    row = next(same, None)
    if row is not None:
        call.world.update_record(row.id, values)
        return _saved("updated", row.id)
    heading = found.facts.headings[column]
    return _saved("inserted", call.world.insert_record(found.facts.id, {heading: email, **values}))


def update(call: Call) -> Reply:
    """Change cells of a record."""
    found = _list(call)
    row = _row(call, found)
    call.world.update_record(row.id, _values(call, found))
    return json_reply({"status": "success", "message": "Record updated"})


def delete(call: Call) -> Reply:
    """Delete a record; that a list is unknown counts as an unknown contact is a guess."""
    found = call.world.find(call.names["listid"])
    row = found[0].get(call.names["recordid"]) if found else None
    if row is None:
        raise refuse(10008)
    call.world.delete_record(row.id)
    return json_reply({"status": "success", "message": "Record deleted"})


def delete_many(call: Call) -> Reply:
    """Delete up to 100 records; those that cannot be are told, with status 200 (SPEC)."""
    found = _list(call)
    ids = [each for each in call.param("contactids").split(",") if each]
    if not ids or len(ids) > _MOST_DELETED:
        raise refuse(10008)  # guess
    failed = []
    for each in ids:
        if found.get(each) is None:
            failed.append({"id": each, "reason": "Invalid contact id"})
        else:
            call.world.delete_record(each)
    told = {
        "success_count": len(ids) - len(failed),
        "fail_count": len(failed),
        "failedList": failed,
    }
    return Reply(body=json.dumps(told).encode(), content_type=TEXT)


def _saved(done: str, record_id: str) -> Reply:
    message = f"Record {done}"
    ids = {"id": record_id, "contact_id": record_id}
    return json_reply({"status": "success", "message": message, **ids})


def _list(call: Call) -> ContactList:
    found = call.world.find(call.names["listid"])
    if found is None or found[1] is not None:  # that a segment takes none is a guess
        raise refuse(10004)
    return found[0]


def _row(call: Call, found: ContactList) -> Row:
    row = found.get(call.names["recordid"])
    if row is None:
        raise refuse(10004)
    return row


def _values(call: Call, found: ContactList) -> Mapping[str, str]:
    """The cells of a JSON object by heading; standard tags name columns too."""
    try:
        given = json.loads(call.request.body)
    except ValueError:
        raise refuse(10010) from None
    if not isinstance(given, dict):
        raise refuse(10010)
    facts = found.facts
    mail = facts.headings[facts.email_column] if facts.email_column >= 0 else ""
    tags = {**_TAGS, "EMAIL": mail}
    values = {
        str(name if name in facts.headings else tags.get(name.upper(), name)): cell
        for name, cell in given.items()
    }
    if not values.keys() <= set(facts.headings):
        raise refuse(10010)
    return {name: str(cell) for name, cell in values.items()}


_RECORD = "/api/1/list/{listid}/record"
ROUTES = (
    Route(method="POST", path=_RECORD, handler=insert, source="SPEC add-a-contact"),
    Route(method="PUT", path=_RECORD, handler=upsert, source="HC 1500004179221"),
    Route(
        method="DELETE", path=_RECORD, handler=delete_many, source="SPEC delete-records-from-a-list"
    ),
    Route(
        method="PUT",
        path=_RECORD + "/{recordid}",
        handler=update,
        source="SPEC update-a-contact-by-record-id",
    ),
    Route(
        method="DELETE",
        path=_RECORD + "/{recordid}",
        handler=delete,
        source="SPEC delete-a-contact",
    ),
)
