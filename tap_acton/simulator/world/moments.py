"""The span of time in which all generated dates lie."""

from typing import Final

FIRST_MS: Final = 1_672_617_600_000  # 2023-01-02T00:00:00Z
LAST_MS: Final = 1_788_134_400_000  # 2026-08-31T00:00:00Z
