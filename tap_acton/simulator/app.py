"""From a request to its delivery: limits, faults, routes, tokens, changes, journal.

No socket here and no waiting; `server` does both.
"""

import gzip
import secrets
from dataclasses import replace
from threading import RLock
from typing import TYPE_CHECKING, Final

from tap_acton.simulator import api1, authorize, objects, strikes, token, ucl
from tap_acton.simulator.account import Account, asked, opened
from tap_acton.simulator.changes import apply
from tap_acton.simulator.clock import Clock
from tap_acton.simulator.envelopes import RefusedError, gateway_error, not_found, throttled
from tap_acton.simulator.faults import Fault
from tap_acton.simulator.journal import Entry, Journal, hide_secrets
from tap_acton.simulator.matching import Book
from tap_acton.simulator.options import Options
from tap_acton.simulator.routing import Call, Route, find
from tap_acton.simulator.wire import Delivery, Reply, Request
from tap_acton.simulator.world.dice import Dice

if TYPE_CHECKING:
    from tap_acton.simulator.changes import Change

# Bodies below this size are not worth compressing (guess).
_GZIP_FROM: Final = 512


class App:
    """The simulated service with all of its state."""

    def __init__(self, options: Options) -> None:
        """Generate the account and start with no token."""
        self.options = options
        # One table for each family of the API.
        self.routes = (
            *api1.ROUTES,
            *ucl.routes(options.ucl),
            *objects.ROUTES,
        )
        self.lock = RLock()
        self.clock = Clock()
        self.accounts = tuple(
            Account(number, options, self.clock, self.lock) for number in range(options.accounts)
        )
        self.journal = Journal()
        self.faults: Book[Fault] = Book()
        self.changes: Book[Change] = Book()
        self._number = 0
        self._dice = Dice("latency", options.seed)

    def answer(self, request: Request) -> Delivery:
        """Answer one request of a client and write it into the journal."""
        with self.lock:
            self._number += 1
            at_s = self.clock.monotonic_s()
            account = self._account(request)
            delivery, fault = self._judge(request, account)
            status = delivery.reply.status if delivery.reply else 0
            self.journal.add(
                Entry(
                    number=self._number,
                    at=at_s,
                    method=request.method,
                    path=request.path,
                    query=hide_secrets(request.query),
                    status=status,
                    fault=fault,
                    bytes_sent=delivery.body_bytes,
                    grant=request.grant,
                    account=account.number,
                )
            )
            if request.grant:
                account.tokens.tally(request.grant, status)
            return self._sealed(delivery)

    def _sealed(self, delivery: Delivery) -> Delivery:
        delay_s = delivery.delay_s + self._latency_s()
        if delivery.reply is None:
            return replace(delivery, delay_s=delay_s)
        # As seen by PROBE; none of them tells of limits.
        headers = {
            **delivery.reply.headers,
            "server": "envoy",
            "x-request-id": secrets.token_hex(16),
            "x-global-transaction-id": secrets.token_hex(12),
        }
        reply = replace(delivery.reply, headers=headers)
        return replace(delivery, reply=reply, delay_s=delay_s)

    def _account(self, request: Request) -> Account:
        """The account that a request is for; limits and tokens are each account's own."""
        if request.path in {token.PATH, authorize.PATH}:
            return asked(self.accounts, request.params)
        authorization = request.headers.get("authorization", "")
        return opened(self.accounts, authorization) or self.accounts[0]

    def _judge(self, request: Request, account: Account) -> tuple[Delivery, str]:
        if request.path == authorize.PATH:
            # A page for people: API limits and faults pass it by (guess).
            return Delivery(reply=self._authorize(request, account)), ""
        if not account.limits.admit_request():
            return Delivery(reply=throttled(self.options.throttle_envelope)), ""
        due = self.faults.due(request)
        if not due:
            return Delivery(reply=self._packed(request, self._reply(request, account))), ""
        return self._struck(due[0], request, account), due[0].kind

    def _struck(self, fault: Fault, request: Request, account: Account) -> Delivery:
        kept_away = strikes.instead(fault, throttle_envelope=self.options.throttle_envelope)
        if kept_away:
            return kept_away
        reply = strikes.spoiled(fault, self._reply(strikes.asked(fault, request), account))
        return strikes.delivered(fault, self._packed(request, reply))

    def _authorize(self, request: Request, account: Account) -> Reply:
        if request.method not in {"GET", "POST"}:
            return not_found()
        return authorize.answer(request, account.tokens, registered=self.options.redirect_uri)

    def _reply(self, request: Request, account: Account) -> Reply:
        if request.path == token.PATH and request.method == "POST":
            status = self.options.token_limit_status
            return token.answer(request, account.tokens, account.limits, limit_status=status)
        found = find(self.routes, request)
        if found is None:
            return not_found()
        if not account.tokens.opens(request.headers.get("authorization", "")):
            return gateway_error(401)
        return self._resource(request, account, *found)

    def _resource(
        self, request: Request, account: Account, route: Route, names: dict[str, str]
    ) -> Reply:
        for change in self.changes.due(request):
            apply(change, account.world, order=self.options.order)
        call = Call(request=request, names=names, world=account.world, options=account.options)
        try:
            return route.handler(call)
        except RefusedError as refusal:
            return refusal.reply

    def _packed(self, request: Request, reply: Reply) -> Reply:
        accepted = "gzip" in request.headers.get("accept-encoding", "")
        if not (self.options.gzip and accepted and len(reply.body) >= _GZIP_FROM):
            return reply
        headers = {**reply.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        packed = gzip.compress(reply.body, compresslevel=1, mtime=0)
        return replace(reply, body=packed, headers=headers)

    def _latency_s(self) -> float:
        base_s = self.options.latency_ms / 1000
        spread = self._dice.between(-1000, 1000) / 1000 * self.options.jitter
        return base_s * (1 + spread)
