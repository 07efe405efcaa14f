"""What the asset resources share: where files live, and the search by id."""

from collections.abc import Sequence
from typing import Final

from tap_acton.simulator.credentials import account_id
from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call
from tap_acton.simulator.world.assets import Asset

DOMAIN: Final = "actonservice.example"


def find(call: Call, assets: Sequence[Asset], *, code: int = 10054, status: int = 404) -> Asset:
    """The asset whose id stands in the path.

    Raises:
        RefusedError: with the code and status given, if there is none.
    """
    wanted = call.names["id"]
    for asset in assets:
        if asset.id == wanted:
            return asset
    raise refuse(code, status=status)


def attachment(call: Call, asset: Asset, file: str) -> str:
    """The address under which a file of the account is served (SPEC get-media-list)."""
    account = account_id(call.options.seed)
    base = f"https://a{account}.{DOMAIN}/cdnr/forpci4/acton/attachment/{account}"
    return f"{base}/{asset.id}/1/-/-/-/-/{file}"
