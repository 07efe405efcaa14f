"""Everything that can go wrong, by what the caller should do about it.

ActOnError
├── ConfigError                  a setting, catalog or state must be changed
│   └── SettingsFileError        the file that keeps the tokens
│       ├── SettingsFileKeyError         was written with other credentials
│       ├── SettingsFileCorruptError     is not what this program wrote
│       ├── SettingsFileOwnerError       belongs to another Act-On user
│       ├── SettingsFileLockedError      another process holds it
│       └── SettingsFileAccessError      cannot be read or written
├── LoginRequiredError           somebody has to log in again
├── TokenRefusedError            Act-On refuses the credentials or a token
├── TokenReplyLostError          a token, code or login was sent, and no usable reply came
├── RequestRefusedError          4xx: this request will never work
├── UnexpectedReplyError         a reply that the documents do not allow
├── NoReplyError                 nothing came back                      (retryable)
│   └── NotConnectedError        nothing was even sent                  (retryable)
├── UnwritableError              a value that would mean another row; nothing was sent
├── WriteUnknownError            something was to be changed, and nobody knows whether it was
├── ServerFailedError            5xx, or a broken body                  (retryable)
├── RateLimitedError             too many requests                      (retryable)
├── BudgetSpentError             our own limit of requests or logins; says when it refills
├── TargetGoneError              nobody takes what the tap writes
├── SyncIncompleteError          some streams failed or were not reached
└── NotAsExpectedError           a test found streams that do not answer as the documents say
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "ActOnError",
    "BudgetSpentError",
    "ConfigError",
    "LoginRequiredError",
    "NoReplyError",
    "NotAsExpectedError",
    "NotConnectedError",
    "RateLimitedError",
    "RequestRefusedError",
    "ServerFailedError",
    "SettingsFileAccessError",
    "SettingsFileCorruptError",
    "SettingsFileError",
    "SettingsFileKeyError",
    "SettingsFileLockedError",
    "SettingsFileOwnerError",
    "SyncIncompleteError",
    "TargetGoneError",
    "TokenRefusedError",
    "TokenReplyLostError",
    "UnexpectedReplyError",
    "UnwritableError",
    "WriteUnknownError",
]


class ActOnError(Exception):
    """One line for the user: what happened, where, and the next step.

    Args:
        what: What happened, as a sentence without its full stop.
        where: Method and path of the request, without its query.
        status: HTTP status of the reply.
        code: The service's own error code.
        request_id: The reply's `x-request-id`, for Act-On's support.
        next_step: What the user can do, as a sentence.
    """

    exit_code: int = 1
    """The tap's exit code when this error ends the run."""
    retryable: bool = False
    """Whether the same GET may be sent again."""
    stops_run: ClassVar[bool] = False
    """Whether the other streams would meet the same error."""
    hint: ClassVar[str | None] = None
    """The next step, where nobody knows a better one."""
    retry_after_s: float | None = None
    """Seconds that the server asks to wait, if it does."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.status = status
        self.code = code
        self.request_id = request_id
        self.next_step = next_step or self.hint

    def __str__(self) -> str:
        facts = [
            self.where,
            f"HTTP {self.status}" if self.status else None,
            f"code {self.code}" if self.code else None,
            f"request id {self.request_id}" if self.request_id else None,
        ]
        known = ", ".join(fact for fact in facts if fact)
        sentence = f"{self.what} ({known})." if known else f"{self.what}."
        return f"{sentence} {self.next_step}" if self.next_step else sentence


class ConfigError(ActOnError):
    """A setting, catalog or state must be changed before anything can work."""

    exit_code = 2
    stops_run = True


class SettingsFileError(ConfigError):
    """The settings file cannot be used as it is."""


class SettingsFileKeyError(SettingsFileError):
    """The settings file was encrypted with other credentials."""


class SettingsFileCorruptError(SettingsFileError):
    """The settings file is not what this program wrote."""


class SettingsFileOwnerError(SettingsFileError):
    """The settings file holds the tokens of another Act-On user."""


class SettingsFileLockedError(SettingsFileError):
    """Another process holds the settings file for too long."""


class SettingsFileAccessError(SettingsFileError):
    """The settings file or its folder cannot be read or written."""


class LoginRequiredError(ActOnError):
    """No usable token is left: somebody has to log in again."""

    exit_code = 2
    stops_run = True


class TokenRefusedError(ActOnError):
    """Act-On refuses the client, the user, or a token that it has issued."""

    exit_code = 2
    stops_run = True


class TokenReplyLostError(ActOnError):
    """A token was sent and nobody knows what became of it; it is never sent again."""

    exit_code = 2
    stops_run = True


class RequestRefusedError(ActOnError):
    """Act-On refuses this request, and would refuse it again (4xx)."""


class UnexpectedReplyError(ActOnError):
    """A reply that the API's documents do not allow, or rows that do not add up."""


class NoReplyError(ActOnError):
    """The connection broke or timed out before a whole reply came."""

    retryable = True
    hint = "Run again later, or raise timeout."


class NotConnectedError(NoReplyError):
    """No connection was made, so the request was never sent."""

    stops_run = True


class UnwritableError(ActOnError):
    """A value that no request can carry, or that would mean another row; nothing was sent."""


class WriteUnknownError(ActOnError):
    """A request that changes something was sent once, and no usable reply came."""

    hint = "Nobody knows whether it took effect: look at the row before you write it again."


class ServerFailedError(ActOnError):
    """Act-On failed: 5xx, or a body that is cut off or not JSON."""

    retryable = True
    hint = "Run again later."


class RateLimitedError(ActOnError):
    """Act-On says that there were too many requests: in a second, or else in a day."""

    retryable = True
    stops_run = True
    hint = "Run again later, or lower requests_per_second."

    def mean_the_day(self) -> None:
        """Say that the day's requests are spent: no case for another try, but a spent budget."""
        self.exit_code = BudgetSpentError.exit_code
        self.retryable = False
        self.next_step = (
            "The account's requests of today seem to be spent, by this program or by others. What "
            "is finished is kept: run again tomorrow, and lower daily_request_budget if others "
            "need their share."
        )


class BudgetSpentError(ActOnError):
    """A limit of our own is reached; everything finished so far is kept.

    A RateLimitedError that means the day has the same exit code.
    """

    exit_code = 75
    stops_run = True


class TargetGoneError(ActOnError):
    """Nobody takes what the tap writes any more."""

    stops_run = True


class SyncIncompleteError(ActOnError):
    """Some streams failed or were not reached. What is complete is kept."""

    exit_code = 3


class NotAsExpectedError(ActOnError):
    """A test found streams that do not answer as the documents say."""

    exit_code = 2
