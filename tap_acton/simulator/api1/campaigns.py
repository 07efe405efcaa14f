"""Campaigns. The specification shows `{}`: every shape here is a guess."""

from tap_acton.simulator.api1.assets import find
from tap_acton.simulator.api1.paging import page
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.assets import Asset


def campaigns(call: Call) -> Reply:
    """A page of the campaigns."""
    return json_reply(page(call, [_row(each) for each in call.world.assets.campaigns]))


def campaign(call: Call) -> Reply:
    """One campaign."""
    return json_reply(_row(find(call, call.world.assets.campaigns)))


def _row(campaign: Asset) -> dict[str, object]:
    return {
        "id": campaign.id,
        "name": campaign.name,
        "description": campaign.description,
        "creation_time": campaign.created_ms,
        "modified": campaign.modified_ms,
    }


ROUTES = (
    Route(
        method="GET",
        path="/api/1/campaigns",
        handler=campaigns,
        source="guess; path: SPEC get-campaigns-list",
    ),
    Route(
        method="GET",
        path="/api/1/campaigns/{id}",
        handler=campaign,
        source="guess; path: SPEC get-campaign",
    ),
)
