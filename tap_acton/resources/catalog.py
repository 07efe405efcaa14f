"""Every resource whose shape does not depend on the account, by name."""

from __future__ import annotations

from tap_acton.resources.account import ACCOUNT, SENDERS
from tap_acton.resources.assets import (
    FORM_REPORTS,
    FORM_URLS,
    FORMS,
    LANDING_PAGE_REPORTS,
    LANDING_PAGE_URLS,
    LANDING_PAGES,
)
from tap_acton.resources.contacts import (
    CONTACT_ACTIVITY,
    CONTACT_FIELDS,
    CONTACT_SCORES,
    CONTACT_SEGMENTS,
    CONTACTS,
)
from tap_acton.resources.content import (
    FOOTERS,
    HEADERS,
    IMAGES,
    LOGOS,
    MEDIA,
    MEDIA_MESSAGES,
    MEDIA_REPORTS,
    MEDIA_TIMELINE,
    MEDIA_VIEWS,
)
from tap_acton.resources.custom_objects import CUSTOM_OBJECT_DATASETS, CUSTOM_OBJECTS
from tap_acton.resources.imports import IMPORT_DEFINITIONS
from tap_acton.resources.lists import LIST_RECORDS, LIST_SCORES, LISTS
from tap_acton.resources.messages import (
    MESSAGE_EVENTS,
    MESSAGE_REPORT_DAYS,
    MESSAGE_REPORTS,
    MESSAGES,
)
from tap_acton.resources.programs import CAMPAIGN_DETAILS, CAMPAIGNS, PROGRAMS
from tap_acton.resources.segments import SEGMENTS
from tap_acton.resources.suppression import (
    HARD_BOUNCES,
    OPT_OUTS,
    SPAM_COMPLAINTS,
    SUBSCRIPTION_CATEGORIES,
    SUBSCRIPTION_OPT_OUTS,
)

__all__ = ["PARENTS_ONLY", "RESOURCES"]

# Parents before children: whoever reads in this order asks for no parent twice.
RESOURCES = {
    resource.name: resource
    for resource in (
        ACCOUNT,
        SENDERS,
        LISTS,
        CONTACT_FIELDS,
        CONTACTS,
        SEGMENTS,
        MESSAGES,
        MESSAGE_REPORTS,
        MESSAGE_REPORT_DAYS,
        HARD_BOUNCES,
        SPAM_COMPLAINTS,
        OPT_OUTS,
        SUBSCRIPTION_CATEGORIES,
        SUBSCRIPTION_OPT_OUTS,
        FORMS,
        FORM_URLS,
        FORM_REPORTS,
        LANDING_PAGES,
        LANDING_PAGE_URLS,
        LANDING_PAGE_REPORTS,
        CAMPAIGNS,
        CAMPAIGN_DETAILS,
        PROGRAMS,
        IMAGES,
        MEDIA,
        MEDIA_REPORTS,
        MEDIA_VIEWS,
        MEDIA_TIMELINE,
        MEDIA_MESSAGES,
        LOGOS,
        HEADERS,
        FOOTERS,
        IMPORT_DEFINITIONS,
        CUSTOM_OBJECTS,
        CUSTOM_OBJECT_DATASETS,
        MESSAGE_EVENTS,
        LIST_SCORES,
        CONTACT_SCORES,
        CONTACT_SEGMENTS,
        CONTACT_ACTIVITY,
    )
}

PARENTS_ONLY = {LIST_RECORDS.name: LIST_RECORDS}
"""What others are bound to, and is no stream of its own."""
