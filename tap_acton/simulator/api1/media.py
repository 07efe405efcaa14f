"""Media files and links with their reports."""

from dataclasses import dataclass

from tap_acton.simulator.api1.assets import attachment, find
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world import names
from tap_acton.simulator.world.assets import Asset, by_folder
from tap_acton.simulator.world.dice import Dice


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """How often one visitor, who has no name here, fetched a media object on one day."""

    network: str
    at_ms: int
    total: int


def media(call: Call) -> Reply:
    """All media by folder: files have a size, links have a target."""
    return json_reply(
        [
            {"entries": [_entry(call, each) for each in some], "name": folder}
            for folder, some in by_folder(call.world.assets.media).items()
        ]
    )


def medium(call: Call) -> Reply:
    """One media object; both dates are numbers here."""
    found = find(call, call.world.assets.media)
    return json_reply(
        {
            "id": found.id,
            "name": found.name,
            "url": attachment(call, found, ""),
            "target_url": found.link,
            "creation_time": found.created_ms,
            "last_modified": found.modified_ms,
        }
    )


def report(call: Call) -> Reply:
    """Views of a media object in sum."""
    views = _views(call)
    return json_reply(
        {
            "total_known_views": 0,
            "total_unknown_views": sum(view.total for view in views),
            "unique_known_views": 0,
            "unique_unknown_views": len(views),
            "total_messages": 0,
            "total_from_messages": 0,
            "unique_from_messages": 0,
        }
    )


def report_views(call: Call) -> Reply:
    """Views of a media object by visitor."""
    zone = call.options.zone
    return json_reply(
        [
            {
                "known": False,
                "recipient": view.network,
                "campaign": "",
                "action": "downloaded",
                "total_count": view.total,
                "srcid": "",
                "cid": "",
                "tstamp": zone.minute(view.at_ms),
            }
            for view in _views(call)
        ]
    )


def report_timeline(call: Call) -> Reply:
    """Views of a media object by day."""
    days: dict[str, list[View]] = {}
    for view in sorted(_views(call), key=lambda view: view.at_ms):
        days.setdefault(call.options.zone.day(view.at_ms), []).append(view)
    return json_reply([_day(date, views) for date, views in days.items()])


def report_messages(call: Call) -> Reply:
    """Messages that link to a media object: none, for the shape of a row is unknown (guess)."""
    _find(call)
    return json_reply([])


def _find(call: Call) -> Asset:
    return find(call, call.world.assets.media, status=400)


def _views(call: Call) -> list[View]:
    found = _find(call)
    dice = Dice("views", found.id)
    return [
        View(
            network=dice.pick(names.NETWORKS),
            at_ms=dice.between(found.created_ms, found.modified_ms),
            total=dice.between(1, 5),
        )
        for _ in range(dice.between(1, 6))
    ]


def _entry(call: Call, medium: Asset) -> dict[str, object]:
    # creation_time is a number and last_modified is text (SPEC get-media-list).
    kind = {"target_url": medium.link} if medium.link else {"size": str(medium.size)}
    return {
        "creation_time": medium.created_ms,
        **kind,
        "name": medium.name,
        "id": medium.id,
        "last_modified": str(medium.modified_ms),
        "url": attachment(call, medium, "file.bin" if medium.link else "file.pdf"),
    }


def _day(date: str, views: list[View]) -> dict[str, object]:
    total = sum(view.total for view in views)
    return {"date": date, "unique": len(views), "total": total, "known": 0, "unknown": total}


ROUTES = (
    Route(method="GET", path="/api/1/media/", handler=media, source="SPEC get-media-list"),
    Route(
        method="GET",
        path="/api/1/media/{id}",
        handler=medium,
        source="SPEC get-media-file; 404: SPEC delete-a-media-object",
    ),
    Route(
        method="GET",
        path="/api/1/media/{id}/report/",
        handler=report,
        source="SPEC get-media-report",
    ),
    Route(
        method="GET",
        path="/api/1/media/{id}/report/views",
        handler=report_views,
        source="SPEC get-a-media-view-report",
    ),
    Route(
        method="GET",
        path="/api/1/media/{id}/report/timeline",
        handler=report_timeline,
        source="SPEC get-a-media-timeline-report",
    ),
    Route(
        method="GET",
        path="/api/1/media/{id}/report/messages",
        handler=report_messages,
        source="guess; path: SPEC get-media-message-report",
    ),
)
