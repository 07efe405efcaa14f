"""What the manifest cannot say: that a row of a list is an array under headings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airbyte_cdk.sources.declarative.extractors.record_extractor import RecordExtractor

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests


@dataclass
class RowExtractor(RecordExtractor):  # type: ignore[misc]  # its package is in another environment
    """Gives cells their names."""

    def extract_records(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        """Yield the rows of a reply."""
        body = response.json()
        names = body["headers"]
        return (dict(zip(names, row, strict=True)) for row in body["data"])
