"""The account and its senders."""

from tap_acton.simulator.credentials import account_id, username
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply


def account(call: Call) -> Reply:
    """Describe the account; `account_id` is a number here."""
    login = username(call.options.seed)
    return json_reply(
        {
            "account_id": account_id(call.options.seed),
            "cname": "johndoe.actonsoftware.example",
            "user_name": "John Doe",
            "user_email": login,
            "account_name": "John Doe's Account",
            "user_type": "Marketing",
            "isAdmin": True,
            "login": login,
            "time_zone": call.options.default_timezone,
        }
    )


def senders(call: Call) -> Reply:
    """List the senders; the shape is a guess, the specification shows `{}`."""
    rows = [
        {"id": sender.id, "name": sender.name, "email": sender.email}
        for sender in call.world.mailbox.senders
    ]
    return json_reply(rows)


ROUTES = (
    Route(method="GET", path="/api/1/account", handler=account, source="HC 360061397854"),
    Route(
        method="GET",
        path="/api/1/account/senders",
        handler=senders,
        source="guess; path: SPEC get-defined-email-senders",
    ),
)
