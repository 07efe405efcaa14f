"""Subscription categories and the opt-outs from them."""

from tap_acton.simulator.api1.paging import page
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.suppression import Category


def categories(call: Call) -> Reply:
    """All categories as a bare array, or with `email` those that the address opted into."""
    email = call.param("email")
    if not email:
        return json_reply([_full(each) for each in call.world.categories])
    return json_reply([_brief(each) for each in call.world.categories if email in each.opted_in])


def opt_outs(call: Call) -> Reply:
    """A page of the opt-outs from a category, given by its name; `totalCount` is real here.

    That a missing name answers 10121 like other missing parameters, and an unknown one 10004,
    are guesses.
    """
    name = call.param("category")
    if not name:
        raise refuse(10121, status=422, message="Missing parameter - category")
    chosen = next((each for each in call.world.categories if each.name == name), None)
    if chosen is None:
        raise refuse(10004)
    rows = [{"email": row.email, "timestamp": row.timestamp_ms} for row in chosen.opted_out]
    return json_reply(page(call, rows))


def _brief(category: Category) -> dict[str, str]:
    return {"id": category.id, "name": category.name, "description": category.description}


def _full(category: Category) -> dict[str, str]:
    header = {"headerid": category.header_id, "headername": category.header_name}
    return {**_brief(category), **header}


ROUTES = (
    Route(
        method="GET",
        path="/api/1/subscription/category",
        handler=categories,
        source="HC 1500004179881, HC 1500004180081",
    ),
    Route(
        method="GET",
        path="/api/1/subscription/optout",
        handler=opt_outs,
        source="HC 360063318213",
    ),
)
