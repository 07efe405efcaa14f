"""`Resources`: the resources of an account by the names that people give them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tap_acton.dynamic import Origin, resource_of
from tap_acton.errors import ConfigError
from tap_acton.names import nearest
from tap_acton.parts import (
    custom_objects,
    fields_of_contacts,
    list_names,
    listing,
    one_list,
    one_segment,
    segment_names,
    with_segments,
)
from tap_acton.resources.catalog import RESOURCES
from tap_acton.resources.contacts import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_acton.page_reader import PageReader
    from tap_acton.parts import Listed
    from tap_acton.resources.model import Column, Resource

__all__ = ["Resources"]


class Resources:
    """Finds resources. What has been asked for is not asked for again.

    Args:
        reader: Reads the account.
        sample: The first rows of a list that tell the types of its columns; 0 for texts.
    """

    def __init__(self, reader: PageReader, *, sample: int) -> None:
        self._reader = reader
        self._sample = sample
        self._found: dict[str, Resource] = {}

    def lists(self) -> Mapping[str, str]:
        """Return the lists' names by their ids. Raises ActOnError."""
        return self._listed.lists

    def list_id(self, name: str) -> str:
        """Return the id of a list. Raises as `named` does."""
        if name not in self._list_ids:
            raise self._unknown(name)
        return self._list_ids[name]

    def named(self, name: str) -> Resource:
        """Return the resource of a name.

        Raises:
            ConfigError: There is none.
            ActOnError: A request failed for good.
        """
        if name not in self._found:
            self._found[name] = self._look_for(name)
        return self._found[name]

    def _look_for(self, name: str) -> Resource:
        if name == CONTACTS.name:
            return resource_of(Origin(kind="contacts"), name, self._contact_columns)
        found = (
            RESOURCES.get(name)
            or (name.startswith("custom_") and self._custom_objects.get(name))
            or (name.startswith("segment_") and self._segment(name))
            or self._list(name)
        )
        if not found:
            raise self._unknown(name)
        return found

    def _list(self, name: str) -> Resource | None:
        list_id = self._list_ids.get(name)
        if list_id is None:
            return None
        stream, title = list_names(self._listed)[list_id], self._listed.lists[list_id]
        return one_list(self._reader, list_id, self._sample, stream=stream, title=title)[0]

    def _segment(self, name: str) -> Resource | None:
        listed = self._with_segments
        ids = {stream: segment_id for segment_id, stream in segment_names(listed).items()}
        if name not in ids:
            return None
        return one_segment(
            self._reader,
            listed,
            ids[name],
            lambda: self._contact_columns,
            self._sample,
            stream=name,
        )[0]

    def _unknown(self, name: str) -> ConfigError:
        near = nearest(name, [*self._list_ids, *RESOURCES])
        return ConfigError(
            f"The account has nothing of the name {name!r}",
            next_step=f"Did you mean {near!r}?" if near else "lists() shows the account's lists.",
        )

    @cached_property
    def _listed(self) -> Listed:
        return listing(self._reader)

    @cached_property
    def _list_ids(self) -> Mapping[str, str]:
        """By all that a list is called; of names that several have, the oldest's."""
        streams = list_names(self._listed)
        titles = {self._listed.lists[each]: each for each in reversed(streams)}
        ids = {each: each for each in streams}
        return titles | ids | {stream: each for each, stream in streams.items()}

    @cached_property
    def _with_segments(self) -> Listed:
        return with_segments(self._reader, self._listed)

    @cached_property
    def _contact_columns(self) -> list[Column]:
        return fields_of_contacts(self._reader)

    @cached_property
    def _custom_objects(self) -> Mapping[str, Resource]:
        return {each.name: each for each in custom_objects(self._reader)}
