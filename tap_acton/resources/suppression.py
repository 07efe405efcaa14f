"""Addresses that must not get mail, for the whole account or for a subscription category."""

from __future__ import annotations

from tap_acton.resources.convert import Type
from tap_acton.resources.encode import seconds_after
from tap_acton.resources.model import Column, Evidence, Filter, Operator, Parents, Resource
from tap_acton.resources.paging import OffsetPaging, OnePage
from tap_acton.resources.rows import Objects

__all__ = [
    "HARD_BOUNCES",
    "OPT_OUTS",
    "SPAM_COMPLAINTS",
    "SUBSCRIPTION_CATEGORIES",
    "SUBSCRIPTION_OPT_OUTS",
]


def _suppression(name: str, table: str, word: str, doc: str, description: str) -> Resource:
    return Resource(
        name=name,
        table=table,
        path=f"/api/1/list/{word}",
        doc=f"https://developer.act-on.com/{doc}",
        evidence=Evidence.DOCUMENTED,
        description=description,
        shape=Objects("result"),
        paging=OffsetPaging(),
        keys=("email", "timestamp"),
        replication_key="timestamp",
        filters=(
            Filter(
                column="timestamp",
                operator=Operator.AFTER,
                parameter="createdafter",
                encode=seconds_after,
            ),
        ),
        columns=(
            Column(name="email"),
            Column(name="timestamp", type=Type.MOMENT, description="When it came onto the list"),
            Column(name="origin", description="Who or what put it there"),
        ),
    )


HARD_BOUNCES = _suppression(
    "hard_bounces",
    "Hardbounce",
    "hardbounce",
    "hc/en-us/articles/360063318033-Get-the-Hard-Bounce-List",
    "Addresses that do not exist",
)
SPAM_COMPLAINTS = _suppression(
    "spam_complaints",
    "Spamcomplaint",
    "spamcomplaint",
    "endpoint/fetch-spam-complaint-list/",
    "Addresses whose owners called a message spam",
)
OPT_OUTS = _suppression(
    "opt_outs",
    "Optout",
    "optout",
    "hc/en-us/articles/1500002887121-Get-the-Opt-Out-List",
    "Addresses whose owners want no mail. One who opts in again vanishes from it",
)

SUBSCRIPTION_CATEGORIES = Resource(
    name="subscription_categories",
    table="Categories",
    path="/api/1/subscription/category",
    doc="https://developer.act-on.com/hc/en-us/articles/1500004179881",
    evidence=Evidence.DOCUMENTED,
    description="Kinds of mail that a contact may opt out of",
    shape=Objects(),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(name="id"),
        Column(name="name"),
        Column(name="description"),
        Column(name="header_id", source=("headerid",)),
        Column(name="header_name", source=("headername",)),
    ),
)

SUBSCRIPTION_OPT_OUTS = Resource(
    name="subscription_opt_outs",
    table="SubscriptionOptOuts",
    path="/api/1/subscription/optout",
    doc="https://developer.act-on.com/hc/en-us/articles/360063318213",
    evidence=Evidence.DOCUMENTED,
    description="Who opted out of which category",
    shape=Objects("result"),
    paging=OffsetPaging(),
    bind=(Parents(resource="subscription_categories", take={"category": "name"}),),
    keys=("category", "email"),
    columns=(
        Column(name="category", description="Name of the category; users may rename it"),
        Column(name="email"),
        Column(name="timestamp", type=Type.MOMENT),
    ),
)
