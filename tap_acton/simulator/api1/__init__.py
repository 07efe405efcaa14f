"""The family `/api/1`: one module for each resource family, each with its routes."""

from tap_acton.simulator.api1 import (
    account,
    campaigns,
    content,
    content_changes,
    forms,
    list_download,
    listing,
    media,
    messages,
    programs,
    record_changes,
    records,
    reports,
    seo,
    subscriptions,
    suppression,
    suppression_changes,
    uploads,
)

# Fixed words go before variables: `/list/hardbounce` before `/list/{listid}`.
ROUTES = (
    *account.ROUTES,
    *suppression.ROUTES,
    *suppression_changes.ROUTES,
    *uploads.ROUTES,
    *records.ROUTES,
    *record_changes.ROUTES,
    *listing.ROUTES,
    *list_download.ROUTES,
    *subscriptions.ROUTES,
    *reports.ROUTES,
    *messages.ROUTES,
    *forms.ROUTES,
    *programs.ROUTES,
    *campaigns.ROUTES,
    *content.ROUTES,
    *content_changes.ROUTES,
    *media.ROUTES,
    *seo.ROUTES,
)

__all__ = ["ROUTES"]
