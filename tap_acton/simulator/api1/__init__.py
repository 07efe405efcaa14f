"""The family `/api/1`: one module for each resource family, each with its routes."""

from tap_acton.simulator.api1 import (
    account,
    campaigns,
    content,
    forms,
    list_download,
    listing,
    media,
    messages,
    programs,
    records,
    reports,
    seo,
    subscriptions,
    suppression,
    uploads,
)

# Fixed words go before variables: `/list/hardbounce` before `/list/{listid}`.
ROUTES = (
    *account.ROUTES,
    *suppression.ROUTES,
    *uploads.ROUTES,
    *records.ROUTES,
    *listing.ROUTES,
    *list_download.ROUTES,
    *subscriptions.ROUTES,
    *reports.ROUTES,
    *messages.ROUTES,
    *forms.ROUTES,
    *programs.ROUTES,
    *campaigns.ROUTES,
    *content.ROUTES,
    *media.ROUTES,
    *seo.ROUTES,
)

__all__ = ["ROUTES"]
