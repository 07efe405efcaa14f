"""Accounts: two that are read only, and fresh ones for tests that change something."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.singer.patterns.account import Account, Accounts, opened, opened_early

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Open = Callable[..., Account]


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    """The accounts that no test changes."""
    with (
        opened(tmp_path_factory.mktemp("today")) as today,
        opened_early(tmp_path_factory.mktemp("early")) as early,
    ):
        yield Accounts(today=today, early=early)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Open]:
    """Start an account of the test's own, whose dates are all in the past."""
    with ExitStack() as stack:

        def start(**options: Any) -> Account:
            return stack.enter_context(opened(tmp_path, filled=False, **options))

        yield start
