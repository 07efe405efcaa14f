"""Replies have the keys and JSON types that Act-On's documents show, and so have errors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.conftest import Client, Connect

SPEC = Path(__file__).parents[3] / "shared" / "acton-api" / "openapi" / "act-on-api-1.json"
FAMILIES = ("/api/1/", "/ucl/")

# Where an example shows a key that the simulator does not send, and why.
EXCEPTIONS: dict[tuple[str, str], str] = {}

# Examples of the help centre and the older documents (HC, OLD), which have no machine-readable
# file; trimmed to one row.
HELP_CENTRE: dict[str, Any] = {
    "/api/1/account": {
        "account_id": 12345,
        "cname": "johndoe.actonsoftware.com",
        "user_name": "John Doe",
        "user_email": "john.doe@act-on.com",
        "account_name": "John Doe's Account",
        "user_type": "Marketing",
        "isAdmin": True,
        "login": "johndoe@act-on.com",
        "time_zone": "US/Pacific",
    },
    "/api/1/list/hardbounce": {
        "offset": 0,
        "count": 1,
        "totalCount": -1,
        "result": [{"email": "a@b", "timestamp": 1567637246965, "origin": "User: John Doe"}],
    },
    "/api/1/subscription/category": [
        {
            "id": "1",
            "name": "Newsletter",
            "description": "Our monthly newsletter",
            "headerid": "1",
            "headername": "Newsletter",
        }
    ],
    "/api/1/subscription/optout?category=Newsletter": {
        "offset": 0,
        "count": 1,
        "totalCount": 1,
        "result": [{"email": "a@b", "timestamp": 1567639430659}],
    },
    "/api/1/list/lookup/l-0001?email={email}": {
        "contactID": "l-0002:2",
        "First Name": "John",
        "Last Name": "Doe",
        "E-mail Address": "a@b",
    },
    "/api/1/list/l-0001/record/{active}/facts": {
        "activity": {
            "lastInbound": "Today",
            "ScorePeriod": "all time",
            "lastOutbound": "6 Days Ago",
            "ScoreDetails": [
                {
                    "id": "s-0001-1910",
                    "idType": "msg",
                    "specific": False,
                    "profile": False,
                    "action": "MESSAGE_SEND",
                    "score": 30,
                }
            ],
            "score": 30,
            "entries": [],
            "firstOutbound": "7 Days Ago",
            "EntryMonthsAvailable": ["1909", "1910"],
            "HasProfileScore": False,
            "HasScoreSheet": True,
            "HasBehaviorScore": True,
            "firstInbound": "13 Days Ago",
        },
        "activitylist": [
            {
                "Bin": "FORM",
                "InScoreRange": True,
                "d": "14",
                "WhenMillis": 1571097511000,
                "What": "Submitted: Example",
                "Verb": "fs",
                "m": "Oct",
                "ago": "0",
                "Icon": "silk/application_form_add.png",
                "y": "19",
                "Responses": [],
                "id": "e8e1da5d-f55f-4506-997d-38bf14782726",
                "idType": "form",
            }
        ],
    },
    "/api/1/message/{opened}/report/CLICKED": {
        "offset": 0,
        "count": 1,
        "totalCount": 1,
        "result": [
            {
                "listid": "l-0002",
                "data": "CLICK",
                "os": "OS X",
                "ip": "148.163.177.2",
                "browser": "Chrome",
                "name": "John Doe",
                "action": "Clickthrough",
                "when": "Oct 7 2019 11:59 AM GMT-12:00",
                "recid": "l-0002:0",
                "email": "a@b",
                "ts": 1570492750136,
                "linkURI": "http://google.com/",
            }
        ],
    },
    "/ucl/v2/segment/contacts/{account}/list/g-0001": {
        "id": "q-0181",
        "pageNumber": 0,
        "pageSize": 0,
        "search": "",
        "headers": ["ObjectType", "Act-On Primary Score", "First Name", "Created Date"],
        "totalCount": 21,
        "rowIds": {},
    },
    "/ucl/v2/segment/contacts/{account}/lookup?email={contact}": {
        "ObjectType": "",
        "contactID": "l-unified-contacts:7a120",
        "First Name": "John",
        "Last Name": "Doe",
        "E-mail Address": "a@b",
    },
    "/ucl/v2/segment/{account}/optout": {
        "listId": "t",
        "headers": ["_contact_id_", "Timestamp", "Origin", "ObjectType", "Act-On Primary Score"],
        "search": None,
        "offset": 1,
        "data": [["l-unified-contacts:cc", "Thu May 13 2021, 03:00 PM", "Program: ccc", "Lead"]],
        "hasNextPage": False,
        "count": 100,
        "totalCount": 1378,
    },
    "/api/1/program?type=TRACK": {
        "folders": [
            {
                "id": -1,
                "name": "",
                "programs": [
                    {
                        "id": "tr-0001",
                        "name": "Example",
                        "isFavorite": False,
                        "description": "",
                        "srcIds": [],
                        "srcNames": [],
                        "messageIds": [],
                        "createdTS": 1570492379546,
                        "created": "Oct 7 2019 11:52 AM GMT-12:00",
                        "modifiedTs": 0,
                        "modified": "Oct 7 2019 11:52 AM GMT-12:00",
                        "nextrunTS": 0,
                        "nextrun": None,
                        "progstate": "draft",
                        "valid": False,
                        "running": False,
                        "active": 0,
                        "tagNames": [],
                        "scheduled": False,
                    }
                ],
            }
        ],
        "anyRunning": False,
    },
}
MESSAGE_OF_2019 = {
    "title": "Example",
    "msg_id": "s-0002-1910",
    "time_when": "Mon Oct 7 6:37 PM GMT-12:00",
    "sender_name": "John Doe John Doe",
    "sender_id": "364932",
    "is_text_only": "false",
    "timestamp": 1570516663181,
    "sender_email": "a@b",
}


def differences(example: Any, reply: Any, at: str = "$") -> Iterator[str]:
    """Where the reply lacks a key of the example or has another JSON type."""
    if json_type(example) != json_type(reply):
        yield f"{at}: {json_type(example)} in the document, {json_type(reply)} here"
    elif isinstance(example, dict):
        for key, value in example.items():
            if key not in reply:
                yield f"{at}.{key}: missing"
            else:
                yield from differences(value, reply[key], f"{at}.{key}")
    elif isinstance(example, list):
        for number, wanted in enumerate(example):
            yield from best_match(wanted, reply, f"{at}[{number}]")


def best_match(wanted: Any, rows: list[Any], at: str) -> list[str]:
    """The differences from the row that comes nearest; rows of a list may differ in kind."""
    tries = [list(differences(wanted, row, at)) for row in rows]
    return min(tries, key=len, default=[f"{at}: no row"])


def json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if value is None:
        return "null"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds[type(value)]


def parse(text: Any) -> Any:
    """An example as JSON, mending a stray `{}` before it and commas behind the last row."""
    if not isinstance(text, str):
        return text
    mended = re.sub(r",\s*([\]}])", r"\1", re.sub(r"^\{\}\s*(?=\S)", "", text))
    try:
        return json.loads(mended)
    except json.JSONDecodeError:
        return {}


def examples() -> Iterator[tuple[str, int, Any]]:
    """Path, status and example of every documented GET reply that shows something."""
    spec = json.loads(SPEC.read_text()) if SPEC.exists() else {"paths": {}}
    for path, operations in spec["paths"].items():
        responses = operations.get("get", {}).get("responses", {})
        if not path.startswith(FAMILIES):
            continue
        for status, response in responses.items():
            for content in response.get("content", {}).values():
                for shown in content.get("examples", {}).values():
                    if example := parse(shown["value"]):
                        yield path, int(status), example


def cases(*, good: bool) -> list[Any]:
    found = [
        pytest.param(path, status, example, id=f"{status}{path}")
        for path, status, example in examples()
        if (status == 200) is good
    ]
    absent = pytest.mark.skip(reason=f"no OpenAPI file at {SPEC}")
    return found or [pytest.param("", 0, None, marks=absent, id="no file")]


def opened_message(client: Client) -> str:
    """A message that somebody opened and clicked."""
    for message in client.sim.world.mailbox.of_type("SENT"):
        if any(event.verb == "CLICKED" for event in client.sim.world.mailbox.events(message)):
            return message.id
    raise LookupError


def known_ids(client: Client, path: str) -> dict[str, str]:
    """Values for the variables of a path, so that it leads to something."""
    assets = client.sim.world.assets
    kind = path.removeprefix(FAMILIES[0]).partition("/")[0]
    ids = {
        "form": assets.forms[0].id,
        "image": assets.images[0].id,
        "logo": assets.logos[0].id,
        "media": assets.media[-1].id,
        "message": opened_message(client),
        "page": assets.pages[0].id,
    }
    return {
        "id": ids.get(kind, ""),
        "listid": "l-0001",
        "recordid": "l-0001:0",
        "drilldown": "CLICKED",
        "jobid": client.sim.world.uploads.lists[0].id,
        "accountId": str(client.sim.account_id),
        "importId": client.sim.world.uploads.imports[0].import_id,
    }


@pytest.mark.parametrize(("path", "status", "example"), cases(good=True))
def test_every_documented_key_and_type_is_there(
    reader: Client, path: str, status: int, example: Any
) -> None:
    url = path.rstrip("?").format_map(known_ids(reader, path))
    reply = reader.get(url)
    assert reply.status_code == status
    found = [
        each
        for each in differences(example, reply.json())
        if (path, each.partition(":")[0]) not in EXCEPTIONS
    ]
    assert found == []


@pytest.mark.parametrize(("path", "status", "example"), cases(good=False))
def test_every_documented_error_has_its_status_and_body(
    reader: Client, path: str, status: int, example: Any
) -> None:
    ids = dict.fromkeys(known_ids(reader, path), "nope")
    if example["errorCode"] != 10089:
        ids["drilldown"] = "SENT"
    reply = reader.get(path.format_map(ids), period="nope")
    assert (reply.status_code, reply.json()) == (status, example)


@pytest.mark.parametrize("path", HELP_CENTRE)
def test_every_key_of_the_help_centres_examples_is_there(reader: Client, path: str) -> None:
    world = reader.sim.world
    active = next(
        record_id
        for record_id in world.record_ids("l-0001")
        if reader.json(f"/api/1/list/l-0001/record/{record_id}/facts")["activitylist"]
    )
    email = world.rows("l-0001")[0].cells[5]
    contact = world.contacts.view("inserted")[0].get("email")
    url = path.format(
        active=active,
        opened=opened_message(reader),
        email=email,
        account=reader.sim.account_id,
        contact=contact,
    )
    assert list(differences(HELP_CENTRE[path], reader.json(url))) == []


def test_message_rows_of_2019_have_every_documented_key(connect: Connect) -> None:
    row = connect(message_shape="2019").json("/api/1/message", type="SENT")["msgresult"][0]
    assert list(differences(MESSAGE_OF_2019, row)) == []


def test_the_comparison_sees_missing_keys_and_other_types() -> None:
    example = {"a": 1, "b": [{"c": "x"}, {"d": True}], "e": None}
    assert list(differences(example, {"a": "1", "b": [{"c": "y"}, {}]})) == [
        "$.a: number in the document, string here",
        "$.b[1].d: missing",
        "$.e: missing",
    ]
