"""The family `/custom-objects/v1`: definitions, datasets, and queries of their rows."""

from tap_acton.simulator.objects import data, query, schemas

# Fixed words go before variables: `/data/status/{jobId}` before `/data/{objectId}/{identifier}`.
ROUTES = (*schemas.ROUTES, *data.ROUTES, *query.ROUTES)

__all__ = ["ROUTES"]
