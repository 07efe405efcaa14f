"""The columns of the contacts."""

from tap_acton.simulator.routing import Call
from tap_acton.simulator.ucl.common import BASE, own_account, route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.contact_fields import FIELDS, ContactField


def schema(call: Call) -> Reply:
    """All columns; hidden and read-only ones only if their `skip…` is false.

    The texts of SPEC say the opposite of the parameters' names; that the names are right is
    INFERRED.
    """
    columns = [
        _column(each)
        for each in FIELDS
        if not (each.hidden and _flag(call, "skipHidden"))
        and not (each.readonly and _flag(call, "skipReadOnly"))
    ]
    return json_reply({"accountId": own_account(call), "columns": columns})


def _flag(call: Call, name: str) -> bool:
    # "default: true" (SPEC); what is neither word counts as true (guess).
    return call.param(name).lower() != "false"


def _column(field: ContactField) -> dict[str, object]:
    return {
        "fieldId": field.id,
        "columnIndex": field.index,
        "name": field.name,
        "type": field.type,
        "standardFieldMapping": field.mapping,
        "required": field.required,
        "readonly": field.readonly,
        "hidden": field.hidden,
    }


ROUTES = (route(f"{BASE}/schema/", schema, "SPEC get-schema"),)
