"""Forms and landing pages with their reports."""

from collections.abc import Sequence

from tap_acton.simulator.api1.assets import DOMAIN, find
from tap_acton.simulator.credentials import account_id
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.assets import Asset, by_folder
from tap_acton.simulator.world.dice import Dice


def forms(call: Call) -> Reply:
    """All forms, each in its own folder and once more in "All Forms"; dates are numbers."""
    folders = {**by_folder(call.world.assets.forms), "All Forms": call.world.assets.forms}
    return json_reply(
        [
            {"entries": [_form(call, each) for each in some], "folder": folder}
            for folder, some in folders.items()
        ]
    )


def form_report(call: Call) -> Reply:
    """Views and submissions of a form by source."""
    form = find(call, call.world.assets.forms, code=10012, status=400)
    sources = ("Email: Unknown List", "Page:Signup for our Monthly Newsletter", form.name)
    rows = [_source(Dice("form", form.id, source), source) for source in sources]
    return json_reply({"count": len(rows), "result": rows})


def form_urls(call: Call) -> Reply:
    """The addresses of a classic form; only `urls[].url` is known."""
    form = find(call, call.world.assets.forms, code=10012, status=400)
    return json_reply({"urls": [{"url": _form_url(call, form)}]})


def pages(call: Call) -> Reply:
    """All landing pages by folder; dates are text here."""
    return json_reply(_page_folders(call, call.world.assets.pages))


def page(call: Call) -> Reply:
    """One landing page: its row of the listing and its folder (guess)."""
    found = _find_page(call)
    return json_reply({**_page(call, found), "folder": found.folder})


def page_urls(call: Call) -> Reply:
    """The addresses of a landing page, in the frame that those of a form have (guess)."""
    return json_reply({"urls": [{"url": _page_url(call, _find_page(call))}]})


def page_report(call: Call) -> Reply:
    """Visits of a landing page; `unique_known_visits` is missing where zero (INFERRED)."""
    dice = Dice("page", _find_page(call).id, call.options.seed)
    unknown, known = dice.between(1, 90), max(0, dice.between(-5, 20))
    return json_reply(
        {
            "unique_unknown_visits": unknown,
            "total_visits": unknown + 2 * known,
            **({"unique_known_visits": known} if known else {}),
            "incoming_traffic": {"Default": unknown, "www.google.com": known},
        }
    )


def _find_page(call: Call) -> Asset:
    return find(call, call.world.assets.pages, code=10013, status=400)


def _form(call: Call, form: Asset) -> dict[str, object]:
    return {
        "creation_time": form.created_ms,
        "description": form.description,
        "modified": form.modified_ms,
        "id": form.id,
        "title": form.name,
        "url": _form_url(call, form),
    }


def _form_url(call: Call, form: Asset) -> str:
    account = account_id(call.options.seed)
    return f"https://a{account}.{DOMAIN}/acton/form/{account}/{form.id}:d-0001/1/-/-/-/-/index.htm"


def _source(dice: Dice, source: str) -> dict[str, object]:
    views = dice.between(1, 200)
    unique = dice.between(0, views)
    return {
        "source": source,
        "submits": unique + dice.between(0, 3),
        "unique": unique,
        "views": views,
        "percent": round(100 * unique / views, 1) if unique % views else 0,
        "non_submitters": "N/A",
    }


def _page_folders(call: Call, pages: Sequence[Asset]) -> list[dict[str, object]]:
    return [
        {"entries": [_page(call, each) for each in some], "folder": folder}
        for folder, some in by_folder(pages).items()
    ]


def _page(call: Call, page: Asset) -> dict[str, object]:
    return {
        "creation_time": str(page.created_ms),
        "modified": str(page.modified_ms),
        "id": page.id,
        "title": page.name,
        "url": _page_url(call, page),
    }


def _page_url(call: Call, page: Asset) -> str:
    account = account_id(call.options.seed)
    base = f"https://a{account}.{DOMAIN}/acton/fs/blocks/showLandingPage/a/{account}"
    return f"{base}/p/{page.id}/t/page/fm/0"


ROUTES = (
    Route(method="GET", path="/api/1/form", handler=forms, source="SPEC get-form-list"),
    Route(
        method="GET",
        path="/api/1/form/{id}/report",
        handler=form_report,
        source="SPEC get-form-report",
    ),
    Route(
        method="GET",
        path="/api/1/form/{id}/urls",
        handler=form_urls,
        source="CODE of a WordPress client; path: SPEC get-classic-form-urls",
    ),
    Route(method="GET", path="/api/1/page", handler=pages, source="SPEC get-landing-page-list"),
    Route(
        method="GET",
        path="/api/1/page/{id}",
        handler=page,
        source="guess; path: SPEC get-landing-page",
    ),
    Route(
        method="GET",
        path="/api/1/page/{id}/urls",
        handler=page_urls,
        source="guess; path: SPEC get-landing-page-urls",
    ),
    Route(
        method="GET",
        path="/api/1/page/{id}/report",
        handler=page_report,
        source="SPEC get-landing-page-report",
    ),
)
