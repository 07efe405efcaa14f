"""`/authorize`: a page where the user signs in and lets an application in, or does not.

Documented are the parameters and the redirect with `code` and `state` (REF grant-type-code,
OLD grant-type-code). The page, `error=access_denied` and the error page are guesses, after
RFC 6749 §4.1.2.1.
"""

from collections.abc import Mapping
from html import escape
from string import Template
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tap_acton.simulator.token import is_user
from tap_acton.simulator.tokens import TokenDesk
from tap_acton.simulator.wire import HTML, Reply, Request

PATH: Final = "/authorize"
_ASKED: Final = ("scope", "response_type", "client_id", "redirect_uri", "state")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def answer(request: Request, desk: TokenDesk, *, registered: str) -> Reply:
    """Show the page, or act on what the user chose."""
    asked = {name: request.params[name] for name in _ASKED if name in request.params}
    problem = _problem(asked, desk, registered)
    if problem:
        # Never redirected: the callback itself is in doubt.
        return _page(_ERROR, status=400, problem=problem)
    if request.method == "GET":
        return _login(asked)
    return _decided(request.form, asked, desk)


def _problem(asked: Mapping[str, str], desk: TokenDesk, registered: str) -> str:
    if asked.get("client_id") != desk.credentials.client_id:
        return "This application is not known."
    if not _is_registered(asked.get("redirect_uri", ""), registered):
        return "This callback URL is not registered for the application."
    if asked.get("response_type") != "code":
        return "The response type must be “code”."
    if asked.get("scope") != "PRODUCTION":
        return "The scope must be “PRODUCTION”."
    return ""


def _is_registered(redirect_uri: str, registered: str) -> bool:
    if registered:
        return redirect_uri == registered
    try:
        url = urlsplit(redirect_uri)
    except ValueError:
        return False
    return url.scheme in {"http", "https"} and url.hostname in _LOOPBACK


def _decided(form: Mapping[str, str], asked: Mapping[str, str], desk: TokenDesk) -> Reply:
    if form.get("decision") == "deny":
        return _redirect(asked, error="access_denied")
    if not is_user(form, desk):
        return _login(asked, problem="Wrong email or password.", status=403)
    return _redirect(asked, code=desk.new_code(asked["redirect_uri"]))


def _redirect(asked: Mapping[str, str], **added: str) -> Reply:
    url = urlsplit(asked["redirect_uri"])
    state = {"state": asked["state"]} if "state" in asked else {}
    pairs = [*parse_qsl(url.query, keep_blank_values=True), *{**added, **state}.items()]
    target = urlunsplit(url._replace(query=urlencode(pairs), path=url.path or "/"))
    return Reply(status=302, content_type=HTML, headers={"Location": target})


def _login(asked: Mapping[str, str], *, problem: str = "", status: int = 200) -> Reply:
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    application = escape(asked["client_id"])
    return _page(_LOGIN, status=status, hidden=hidden, application=application, problem=problem)


def _page(body: Template, *, status: int, problem: str, **parts: str) -> Reply:
    notice = f'<p role="alert">{escape(problem)}</p>' if problem else ""
    text = _FRAME.substitute(body=body.substitute(parts, notice=notice))
    return Reply(status=status, body=text.encode(), content_type=HTML)


_FRAME: Final = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Act-On simulator: authorize an application</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; background: #f2f4f7; color: #1d2939; margin: 0; }
main { max-width: 22rem; margin: 12vh auto; padding: 2rem; background: #fff; border-radius: 8px;
  box-shadow: 0 1px 4px #0002; }
h1 { font-size: 1.25rem; margin-top: 0; }
label, input { display: block; width: 100%; box-sizing: border-box; }
input { padding: .5rem; margin: .25rem 0 1rem; font: inherit; }
button { padding: .5rem 1rem; font: inherit; border: 1px solid #175cd3; border-radius: 4px;
  background: #fff; color: #175cd3; }
button[value=authorize] { background: #175cd3; color: #fff; }
[role=alert] { color: #b42318; }
</style>
</head>
<body><main>
$body
</main></body>
</html>
""")
_LOGIN: Final = Template("""<h1>Authorize an application</h1>
<p><b>$application</b> asks for access to your account. It will read and change what you can.</p>
$notice
<form method="post" action="/authorize">
$hidden
<label for="username">Email</label>
<input id="username" name="username" type="email" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password">
<button name="decision" value="authorize">Authorize App</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</form>""")
_ERROR: Final = Template("<h1>This request cannot be authorized</h1>\n$notice")
