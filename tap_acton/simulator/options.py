"""Every option of the simulator, once: the Python API and the command line both read it here."""

from dataclasses import Field, dataclass, field, fields
from typing import Any, Final, TypeVar

from tap_acton.simulator.timetext import Zone, known_zone

T = TypeVar("T")

_CHOICES: Final = "choices"
_PORTS: Final = range(65_536)
_ERRORS: Final = range(400, 600)


def _option(default: T, about: str, *choices: str) -> T:
    return field(default=default, metadata={"about": about, _CHOICES: choices})


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the simulated account holds and how the service behaves.

    Raises:
        ValueError: if a value is out of range; the text names the option.
    """

    port: int = _option(0, "TCP port on 127.0.0.1; 0 takes a free one")
    seed: int = _option(7, "same seed and options, same data")

    accounts: int = _option(1, "accounts on this server; each has the next seed")
    agency: bool = _option(
        default=False, about="the accounts share a client, as those of an agency do"
    )

    lists: int = _option(5, "contact lists")
    contacts: int = _option(1200, "records in each list")
    columns: int = _option(4, "columns of each list besides the eight usual ones")
    wide_columns: int = _option(0, "columns of one more list, to pass 255; 0 = no such list")
    segments: int = _option(2, "query segments, shown among the lists")
    messages: int = _option(60, "sent messages; a sixth as many of each other type")
    recipients: int = _option(40, "most recipients of one message")
    forms: int = _option(6, "forms")
    pages: int = _option(4, "landing pages")
    programs: int = _option(6, "automated programs of each of the three types")
    campaigns: int = _option(4, "campaigns")
    images: int = _option(5, "images")
    media: int = _option(6, "media files and links")
    logos: int = _option(2, "logos")
    senders: int = _option(3, "e-mail senders")
    categories: int = _option(3, "subscription categories")
    suppressed: int = _option(40, "rows of each suppression list")
    uploads: int = _option(3, "uploads of lists, and as many of custom events")
    ucl_contacts: int = _option(120, "Act-On Contacts")
    ucl_segments: int = _option(2, "segments of the Act-On Contacts")
    imports: int = _option(2, "definitions of imports of contacts, each used once")
    custom_objects: int = _option(2, "custom objects, each with two datasets")
    custom_object_rows: int = _option(45, "rows of each dataset")

    requests_per_second: int = _option(5, "requests in any second; 0 = no limit")
    daily_requests: int = _option(30000, "requests in a UTC day; 0 = no limit")
    logins_per_hour: int = _option(5, "password and code grants in an hour; 0 = no limit")
    count_rejected: bool = _option(
        default=False, about="a call rejected by a limit counts against it"
    )
    throttle_envelope: str = _option("gateway", "reply above a limit", "gateway", "wso2", "503")
    token_limit_status: int = _option(429, "status of a login above the hourly limit")
    expires_in: int = _option(3600, "seconds that an access token lives")
    redirect_uri: str = _option("", "registered callback URL; empty = any loopback URL")
    latency_ms: int = _option(0, "milliseconds that every reply waits")
    jitter: float = _option(0.0, "share of the latency that varies, 0 to 1")
    gzip: bool = _option(default=True, about="compress replies for clients that accept it")

    default_timezone: str = _option("America/Los_Angeles", "time zone of the account")
    message_shape: str = _option("2024", "row shape of messages", "2024", "2019", "mixed")
    order: str = _option("inserted", "order of contacts and of a list's rows", "inserted", "newest")
    date_headings: str = _option("plain", "created_date or __created_date", "plain", "underscored")
    date_values: str = _option(
        "ms", "1725392821000 | 2024-09-03 12:47:01 PDT | Sep 3 2024 12:47 PM PDT",
        "ms", "second", "minute",
    )  # fmt: skip
    suppression_unit: str = _option(
        "seconds", "unit of createdafter/before on suppression lists", "seconds", "ms"
    )
    csv_download: str = _option(
        "paged", "CSV of a list: as asked | the same, csv_most rows at most | all rows | csv_most "
        "from the start | without ids | without dates | more than csv_most refused | 504 instead",
        "paged", "limited", "whole", "capped", "no_ids", "no_dates", "refused", "late",
    )  # fmt: skip
    csv_most: int = _option(1000, "rows of a list's CSV where they are limited")
    csv_dates: str = _option(
        "same", "dates in a list's CSV: as date_values says | one of its values | "
        "2024-09-03T19:47:01.000Z", "same", "ms", "second", "minute", "iso",
    )  # fmt: skip
    ignore_fields: bool = _option(default=False, about="`fields` of a list has no effect")
    ucl: str = _option(
        "both", "generations of /ucl/v2 that answer: of today, of 2022",
        "both", "current", "early", "none",
    )  # fmt: skip
    contact_envelope: str = _option(
        "data", "around contacts: {data, totalCount} | {contacts, totalCount} | nothing",
        "data", "contacts", "array",
    )  # fmt: skip
    contact_dates: str = _option(
        "ms", "1725392821000 | 2024-09-03T19:47:01.000Z | Sep 3 2024 12:47 America/Los_Angeles",
        "ms", "iso", "words",
    )  # fmt: skip
    custom_objects_enrolled: bool = _option(
        default=True, about="the account may use custom objects"
    )

    def __post_init__(self) -> None:
        """Check every value."""
        for known in fields(self):
            _check(known, getattr(self, known.name))
        _check_zone(self.default_timezone)
        _check_ranges(self)

    @property
    def zone(self) -> Zone:
        """The account's time zone."""
        return Zone(name=self.default_timezone)


def _check(known: Field[Any], value: object) -> None:
    choices = known.metadata[_CHOICES]
    if choices and value not in choices:
        msg = f"{known.name} must be one of {', '.join(choices)}; got {value!r}"
        raise ValueError(msg)
    if known.name != "seed" and isinstance(value, int | float) and value < 0:
        msg = f"{known.name} must not be negative; got {value!r}"
        raise ValueError(msg)


def _check_zone(name: str) -> None:
    try:
        known_zone(name)
    except ValueError as error:
        msg = f"default_timezone is {error}"
        raise ValueError(msg) from error


def _check_ranges(options: Options) -> None:
    if options.port not in _PORTS:
        msg = f"port must be at most 65535; got {options.port}"
        raise ValueError(msg)
    if not options.accounts:
        msg = "accounts must be at least 1; got 0"
        raise ValueError(msg)
    if options.jitter > 1:
        msg = f"jitter must be between 0 and 1; got {options.jitter}"
        raise ValueError(msg)
    if options.token_limit_status not in _ERRORS:
        msg = f"token_limit_status must be an HTTP error; got {options.token_limit_status}"
        raise ValueError(msg)
