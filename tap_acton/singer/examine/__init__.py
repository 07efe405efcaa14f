"""`tap-acton --test`: which streams answer, and whether as expected, by one request each."""

from tap_acton.singer.examine.examination import examine

__all__ = ["examine"]
