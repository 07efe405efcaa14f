"""`ActOnClient`: an Act-On account in Python. The two front ends and scripts read through it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from tap_acton.auth.account import open_account
from tap_acton.auth.browser import code_from_browser
from tap_acton.by_name import Resources
from tap_acton.clock import SYSTEM_CLOCK, Clock
from tap_acton.config import read_config, read_settings
from tap_acton.dynamic import is_table, origin_of
from tap_acton.errors import ConfigError
from tap_acton.hidden import Skipped
from tap_acton.kinds import Moment
from tap_acton.lookout import Asked, Gate
from tap_acton.page_reader import PageReader, RecordsPage
from tap_acton.parts import SAMPLE, question
from tap_acton.resources.binding import Bound, Condition, Operator
from tap_acton.resources.paging import OnePage
from tap_acton.resources.place import Place
from tap_acton.resources.rows import read_cut_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from tap_acton.auth.account import Account
    from tap_acton.auth.authenticator import Authorize
    from tap_acton.resources.model import Resource
    from tap_acton.settings import Settings
    from tap_acton.transport.session import Sent

__all__ = ["ActOnClient", "Asked", "Bound", "Gate", "Place", "RecordsPage", "Skipped"]


class ActOnClient(PageReader):
    """Reads an Act-On account, and writes to it through `changes`.

    `open` is the way in for a script. A client is for one thread; threads and processes with
    clients of their own share tokens and limits through `oauth_settings_location`.
    """

    sample = 0
    """The first rows of a list that tell the types of its columns; 0 for texts."""

    @classmethod
    def open(cls, *sources: str, **settings: Any) -> Self:
        """Return a client for the settings that are given; nothing is sent yet.

        Args:
            sources: Paths of JSON files, or `ENV` for the variables TAP_ACTON_<SETTING>, as
                `tap-acton --config` takes them. Later ones win.
            settings: Settings by name, as `tap-acton --about` lists them. They win over sources.

        Raises:
            ConfigError: A file cannot be read, or a setting is unknown, missing or does not fit.
                It names the setting and never its value.
        """
        read = read_settings(read_config(sources) | settings)
        return cls.from_settings(read, authorize=lambda: code_from_browser(read))

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        clock: Clock = SYSTEM_CLOCK,
        observe: Callable[[Sent], None] = lambda _sent: None,
        authorize: Authorize | None = None,
    ) -> Self:
        """Return a client of the account that the settings name, as `open_account` makes it."""
        account = open_account(settings, clock=clock, observe=observe, authorize=authorize)
        return cls.of(account, settings)

    @classmethod
    def of(cls, account: Account, settings: Settings) -> Self:
        """Return a client of an open account that reads as the settings say."""
        client = cls(
            account,
            page_size=settings.page_size,
            account_id=settings.account_id,
            lists=settings.lists,
            list_download=settings.list_download,
        )
        client.sample = SAMPLE if settings.type_detection == "sample" else 0
        return client

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def lists(self) -> dict[str, str]:
        """Return the names of the account's lists by their ids. Asked for once.

        >>> client.lists()["l-0001"]
        'API Example List'

        Raises:
            ActOnError: Act-On does not show them.
        """
        return dict(self._resources.lists())

    def list_id(self, name: str) -> str:
        """Return the id of a list, for `changes`.

        Args:
            name: Its name or id in Act-On, or its stream's name; see `resource`.

        Raises:
            ConfigError: There is no such list.
            ActOnError: Act-On does not show the lists.
        """
        return self._resources.list_id(name)

    def resource(self, name: str) -> Resource:
        """Return what can be read under a name: its columns, keys and variables.

        What the account has of its own is asked for once: the listing of its kind, and for a list
        its first rows.

        Args:
            name: A stream's name, as docs/streams.md has them: `messages`, `list_<name>`; or a
                list's name or id in Act-On. Of several lists with one name, the oldest is meant.

        >>> client.resource("API Example List").name
        'list_api_example_list'
        >>> client.resource("message_reports").variables
        ('message_id',)

        Raises:
            ConfigError: There is nothing of this name.
            ActOnError: A request failed for good.
        """
        return self._resources.named(name)

    def records(
        self,
        resource: Resource | str,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        **given: str,
    ) -> Iterator[dict[str, Any]]:
        """Yield the records of a resource, page by page, each row once.

        A record has the values of the resource's columns by their names: texts, numbers, booleans,
        lists of texts, datetimes in UTC, dates and JSON as texts; None where there is none. What
        does not fit its column is in `_raw`.

        Args:
            resource: What to read, or its name; see `resource`.
            since: Leaves out what last changed before: a date, a datetime, or a text of ISO 8601.
                Without a zone it is UTC. Rows without a date are never left out.
            until: Leaves out what last changed after.
            given: Values of the resource's variables; it is read for no others.

        >>> leads = client.records("API Example List", since="2024-01-01")
        >>> next(leads)["modified_date"].tzinfo
        datetime.timezone.utc
        >>> {message["type"] for message in client.records("messages", type="SENT")}
        {'SENT'}

        Raises:
            ConfigError: There is nothing of this name, or it has no such variable, or no date to
                go by.
            ActOnError: A request failed for good. What came before it has been yielded. Objects
                that Act-On does not show are no error: they are in `skipped`.
        """
        resource = self._checked(resource, given)
        conditions = _conditions(resource, {Operator.AFTER: since, Operator.BEFORE: until})
        for page in self.pages(resource, conditions, given=given):
            for record in page.records:
                if all(each.holds_for(record[each.column]) for each in conditions):
                    yield dict(record)

    def count(self, resource: Resource | str, **given: str) -> int | None:
        """Return how many records there are, without reading them where replies state it.

        It takes a request for each set of values of the resource's variables.

        Args:
            resource: What to count, or its name; see `resource`.
            given: Values of the resource's variables; it is counted for no others.

        >>> client.count("API Example List"), client.count("opt_outs")
        (30, None)

        Returns:
            Their number; None where Act-On does not state it (of who gets no mail).

        Raises:
            ConfigError: See `records`.
            ActOnError: A request failed for good, or Act-On does not show the resource.
        """
        resource = self._checked(resource, given)
        if isinstance(resource.paging, OnePage):
            return sum(len(page.records) for page in self.pages(resource, given=given))
        counted = 0
        for bound in self.bounds(resource, given=given):
            total = self._total(resource, bound)
            if total is None:
                return None
            counted += total
        return counted

    @cached_property
    def _resources(self) -> Resources:
        return Resources(self, sample=self.sample)

    def _total(self, resource: Resource, bound: Bound) -> int | None:
        origin = origin_of(resource)
        if origin and is_table(origin):
            return self.requests.reply(*question(origin.id, 1), read_cut_table).total
        return self.requests.fetch(resource, resource.paging.first(1), bound).total

    def _checked(self, resource: Resource | str, given: Mapping[str, str]) -> Resource:
        resource = self.resource(resource) if isinstance(resource, str) else resource
        for name in given:
            if name not in resource.variables:
                known = ", ".join(resource.variables) or "none"
                raise ConfigError(
                    f"{resource.name!r} has no variable {name!r}", next_step=f"It has: {known}."
                )
        return resource


def _conditions(
    resource: Resource, bounds: Mapping[Operator, date | str | None]
) -> tuple[Condition, ...]:
    given = {operator: value for operator, value in bounds.items() if value is not None}
    column = resource.replication_key
    if given and column is None:
        raise ConfigError(
            f"{resource.name!r} has no date by which changes are known",
            next_step="Read it without since and until.",
        )
    return tuple(
        Condition(column=column or "", operator=operator, value=_moment(value))
        for operator, value in given.items()
    )


def _moment(value: date | str) -> Any:
    try:
        return Moment().read(value if isinstance(value, str) else value.isoformat())
    except ValueError as expected:
        raise ConfigError(f"since and until must be {expected}") from None
