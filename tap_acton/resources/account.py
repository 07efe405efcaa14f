"""The account and who may send in its name."""

from __future__ import annotations

from tap_acton.resources.convert import Type
from tap_acton.resources.model import RAW, RAW_COLUMN, Column, Evidence, Parents, Resource
from tap_acton.resources.paging import OnePage
from tap_acton.resources.rows import AnyObjects, OneObject

__all__ = ["ACCOUNT", "ACCOUNT_NUMBER", "SENDERS"]

ACCOUNT_NUMBER = Parents(resource="account", take={"account_id": "account_id"})
"""For paths that have the account's number; the others go by the login."""

ACCOUNT = Resource(
    name="account",
    table="Account",
    path="/api/1/account",
    doc="https://developer.act-on.com/hc/en-us/articles/360061397854-Get-Account-Information",
    evidence=Evidence.DOCUMENTED,
    description="The account, as the user who logged in sees it",
    shape=OneObject(),
    paging=OnePage(),
    keys=("account_id",),
    columns=(
        Column(name="account_id", type=Type.INTEGER),
        Column(name="account_name"),
        Column(name="cname", description="Host name of the account's pages"),
        Column(name="time_zone", description="Zone of moments that name none"),
        Column(name="user_name"),
        Column(name="user_email"),
        Column(name="user_type"),
        Column(name="is_admin", type=Type.BOOLEAN, source=("isAdmin",)),
        Column(name="login"),
    ),
)

SENDERS = Resource(
    name="senders",
    table="Users",
    path="/api/1/account/senders",
    doc="https://developer.act-on.com/reference/get_api-1-account-senders",
    evidence=Evidence.UNKNOWN,
    description="E-mail senders of the account. No document shows a reply",
    shape=AnyObjects(),
    paging=OnePage(),
    keys=("id",),
    columns=(
        Column(
            name="id",
            source=("id", "senderId", "sender_id"),
            made_of=(RAW,),
            description="Made of the object, if it has none",
        ),
        Column(name="name", source=("name", "senderName", "sender_name", "fromName")),
        Column(name="email", source=("email", "senderEmail", "sender_email", "fromEmail")),
        RAW_COLUMN,
    ),
)
