"""Every resource whose shape does not depend on the account, by name."""

from __future__ import annotations

from tap_acton.resources.account import ACCOUNT, SENDERS
from tap_acton.resources.assets import FORMS, LANDING_PAGES
from tap_acton.resources.lists import LISTS
from tap_acton.resources.messages import MESSAGE_REPORTS, MESSAGES
from tap_acton.resources.programs import CAMPAIGNS, PROGRAMS
from tap_acton.resources.suppression import (
    HARD_BOUNCES,
    OPT_OUTS,
    SPAM_COMPLAINTS,
    SUBSCRIPTION_CATEGORIES,
    SUBSCRIPTION_OPT_OUTS,
)

__all__ = ["RESOURCES"]

# Parents before children: whoever reads in this order asks for no parent twice.
RESOURCES = {
    resource.name: resource
    for resource in (
        ACCOUNT,
        SENDERS,
        LISTS,
        MESSAGES,
        MESSAGE_REPORTS,
        HARD_BOUNCES,
        SPAM_COMPLAINTS,
        OPT_OUTS,
        SUBSCRIPTION_CATEGORIES,
        SUBSCRIPTION_OPT_OUTS,
        FORMS,
        LANDING_PAGES,
        CAMPAIGNS,
        PROGRAMS,
    )
}
