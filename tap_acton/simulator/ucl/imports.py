"""Definitions of imports, and how imports went."""

from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import BASE, missing, own_account, route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.uploads import DONE, Import

# Column of the file, and column of the contacts (SPEC create-an-import-definition).
_COLUMNS = (
    ("email", "E-mail Address"),
    ("unique_contact_id", "ExternalId"),
    ("First Name", "First Name"),
    ("Last Name", "Last Name"),
)


def definitions(call: Call) -> Reply:
    """All definitions, in `data` as a single one is (guess)."""
    rows = [_definition(call, each) for each in call.world.uploads.imports]
    return json_reply({"data": rows})


def definition(call: Call) -> Reply:
    """One definition, in the shape in which its POST answers (guess)."""
    wanted = call.names["importDefinitionId"]
    for each in call.world.uploads.imports:
        if str(each.definition_id) == wanted:
            return json_reply({"data": _definition(call, each)})
    raise missing()


def status(call: Call) -> Reply:
    """How an import went; that an unknown id answers 404 is a guess."""
    wanted = call.names["importId"]
    for each in call.world.uploads.imports:
        if each.import_id == wanted:
            return json_reply({"data": _status(call, each)})
    raise missing()


def _definition(call: Call, made: Import) -> dict[str, object]:
    mappings = [
        {
            "csvColumn": column,
            "actonColumn": target,
            "overwriteExistingValue": True,
            "dataFormat": None,
        }
        for column, target in _COLUMNS
    ]
    return {
        "accountId": own_account(call),
        "importDefinitionId": made.definition_id,
        "importDefinitionName": made.name,
        "mergeStrategy": "EXTERNAL_ID" if made.external else "EMAIL",
        "objectType": "Contact" if made.external else None,
        "mappings": mappings,
        "importSegmentIds": None,
        "delimiter": "COMMA",
        "quote": "QUOTE",
    }


def _status(call: Call, made: Import) -> dict[str, object]:
    # Of an import that still runs, all rows wait (guess).
    done = made.state == DONE
    total = made.created + made.updated
    return {
        "accountId": own_account(call),
        "importId": made.import_id,
        "importDefinitionId": made.definition_id,
        "importStatus": "COMPLETED" if done else "RUNNING",
        "errorMessage": None,
        "submittedCount": total if done else 0,
        "unsubmittedCount": 0 if done else total,
        "createdCount": made.created if done else 0,
        "updatedCount": made.updated if done else 0,
        "failedCount": 0,
        "rejectedCount": 0,
    }


ROUTES = (
    route(f"{BASE}/import/definition", definitions, "SPEC get-import-definitions; reply: guess"),
    route(
        f"{BASE}/import/definition/{{importDefinitionId}}",
        definition,
        "SPEC get-import-definition-by-id; reply: SPEC create-an-import-definition",
    ),
    route(f"{BASE}/import/status/{{importId}}", status, "SPEC get-import-status"),
)
