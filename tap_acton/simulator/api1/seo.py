"""Search engine reports of a web page. Every shape here is a guess."""

from tap_acton.simulator.envelopes import refuse
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.dice import Dice

_CHECKS = ("title", "headings", "links", "images")
_WORDS = ("marketing automation", "e-mail", "webinar")


def report(call: Call) -> Reply:
    """A report of a page for a keyword."""
    url, keyword = _url(call), call.param("keyword")
    dice = Dice("seo", url, keyword)
    checks = [{"name": name, "score": dice.between(0, 100)} for name in _CHECKS]
    total = sum(each["score"] for each in checks if isinstance(each["score"], int))
    return json_reply(
        {"url": url, "keyword": keyword, "score": total // len(checks), "checks": checks}
    )


def keywords(call: Call) -> Reply:
    """The keywords of the account for a page."""
    dice = Dice("seo", _url(call))
    return json_reply([{"keyword": word, "rank": dice.between(1, 100)} for word in _WORDS])


def _url(call: Call) -> str:
    url = call.param("url")
    if not url.startswith(("http://", "https://")):
        # Code and text are those of SPEC add-a-media-link.
        raise refuse(90004)
    return url


ROUTES = (
    Route(
        method="GET",
        path="/api/1/seoreport",
        handler=report,
        source="guess; path: SPEC get-a-new-seo-report",
    ),
    Route(
        method="GET",
        path="/api/1/seokeywords",
        handler=keywords,
        source="guess; path: SPEC get-seo-keywords",
    ),
)
