"""Images, logos, headers and footers."""

from tap_acton.simulator.api1.assets import attachment, find
from tap_acton.simulator.api1.paging import page
from tap_acton.simulator.routing import Call, Route
from tap_acton.simulator.wire import Reply, json_reply
from tap_acton.simulator.world.assets import Asset, by_folder


def images(call: Call) -> Reply:
    """All images by folder; most numbers are text here."""
    return json_reply(
        [
            {"entries": [_image_entry(call, each) for each in some], "name": folder}
            for folder, some in by_folder(call.world.assets.images).items()
        ]
    )


def image(call: Call) -> Reply:
    """One image, with names of fields that differ from those of the listing."""
    found = find(call, call.world.assets.images)
    url = attachment(call, found, "image.jpg")
    return json_reply(
        {
            "id": found.id,
            "image_url": url,
            "thumb_url": url,
            "size": found.size,
            "last_modified": found.modified_ms,
            "creation_time": found.created_ms,
            "display_name": found.name,
            "folder_name": found.folder,
            "version": 0,
        }
    )


def logos(call: Call) -> Reply:
    """A page of the logos; `url_str_ts` differs from call to call."""
    return json_reply(page(call, [_logo(call, each) for each in call.world.assets.logos]))


def logo(call: Call) -> Reply:
    """One logo."""
    return json_reply(_logo(call, find(call, call.world.assets.logos)))


def headers(call: Call) -> Reply:
    """A page of the headers, in the frame that logos have (guess)."""
    return json_reply(page(call, [_stationery(each) for each in call.world.assets.headers]))


def header(call: Call) -> Reply:
    """One header (guess)."""
    return json_reply(_stationery(find(call, call.world.assets.headers)))


def footers(call: Call) -> Reply:
    """A page of the footers, in the frame that logos have (guess)."""
    return json_reply(page(call, [_stationery(each) for each in call.world.assets.footers]))


def footer(call: Call) -> Reply:
    """One footer (guess)."""
    return json_reply(_stationery(find(call, call.world.assets.footers)))


def _image_entry(call: Call, image: Asset) -> dict[str, object]:
    url = attachment(call, image, "image.jpg")
    return {
        "creation_time": str(image.created_ms),
        "size": image.size,
        "thumb": url,
        "name": image.name,
        "width": "2500",
        "id": image.id,
        "last_modified": str(image.modified_ms),
        "url": url,
        "height": "2500",
    }


def _logo(call: Call, logo: Asset) -> dict[str, object]:
    url = f"https://forpci4.actonsoftware.example/acton/cx/{logo.id}.jpeg"
    return {
        "url_str": url,
        "url_str_ts": f"{url}?ts={call.world.clock.now_ms()}",
        "alt_txt": logo.name,
        "tool_tip": "Act-On",
        "target_url": logo.link,
        "id": logo.id,
        "title": logo.name,
    }


def _stationery(asset: Asset) -> dict[str, object]:
    # `title`, `html` and `text` are the fields of the documented POST (SPEC add-a-header).
    return {
        "id": asset.id,
        "title": asset.name,
        "html": asset.html or f"<p>{asset.name}</p>",
        "text": asset.text or asset.name,
    }


ROUTES = (
    Route(method="GET", path="/api/1/image", handler=images, source="SPEC get-image-list"),
    Route(
        method="GET",
        path="/api/1/image/{id}",
        handler=image,
        source="SPEC get-an-image; 404: SPEC delete-an-image",
    ),
    Route(method="GET", path="/api/1/logo", handler=logos, source="SPEC get-logo-list"),
    Route(method="GET", path="/api/1/logo/{id}", handler=logo, source="SPEC get-a-logo"),
    Route(
        method="GET",
        path="/api/1/header",
        handler=headers,
        source="guess; path: SPEC get-header-list",
    ),
    Route(
        method="GET",
        path="/api/1/header/{id}",
        handler=header,
        source="guess; path: SPEC get-a-header",
    ),
    Route(
        method="GET",
        path="/api/1/footer",
        handler=footers,
        source="guess; path: SPEC get-footer-list",
    ),
    Route(
        method="GET",
        path="/api/1/footer/{id}",
        handler=footer,
        source="guess; path: SPEC get-a-footer",
    ),
)
