"""Every documented operation that reads has a route, and every route answers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.simulator.conftest import Client, Connect

SPECS = Path(__file__).parents[2].parent / "shared" / "acton-api" / "openapi"
# The prefix under which a file's paths are served.
PREFIXES = {"act-on-custom-objects-service.json": "/custom-objects"}
# Operations that the simulator leaves out, and why.
LEFT_OUT: dict[str, str] = {}


def bare(path: str) -> str:
    """A path without the names of its variables, and without the `?` of the message list."""
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("?")).rstrip("/")


def documented() -> set[str]:
    found = set()
    for file in SPECS.glob("*.json"):
        for path, operations in json.loads(file.read_text())["paths"].items():
            if "get" in operations:
                found.add(bare(PREFIXES.get(file.name, "") + path))
    return found


def test_every_documented_get_has_a_route_or_a_reason(reader: Client) -> None:
    if not SPECS.exists():
        pytest.skip(f"no OpenAPI files at {SPECS}")
    routes = reader.control("GET", "routes")
    served = {bare(route["path"]) for route in routes if route["method"] == "GET"}
    assert len(documented()) > 70
    assert documented() - served == set(LEFT_OUT)


def known(client: Client) -> dict[str, Any]:
    """Values for the variables of the paths that lead to something in every family."""
    world = client.sim.world
    contact = next(each for each in world.contacts.view("inserted") if each.get("objectType"))
    dataset = next(iter(world.objects.datasets.values()))
    return {
        "accountId": client.sim.account_id,
        "emailAddress": contact.get("email"),
        "objectType": contact.get("objectType"),
        "externalId": contact.get("externalId"),
        "cookieId": contact.cookie,
        "id": contact.id,
        "segmentId": "g-0001",
        "importDefinitionId": world.uploads.imports[0].definition_id,
        "importId": world.uploads.imports[0].import_id,
        "objectId": dataset.schema.id,
        "datasetId": dataset.id,
        "identifier": dataset.id,
        "jobId": dataset.job_id,
    }


def test_every_route_of_contacts_and_custom_objects_answers(reader: Client) -> None:
    variables = known(reader)
    query = {"email": variables["emailAddress"], "contactid": variables["id"]}
    for route in reader.control("GET", "routes"):
        if route["path"].startswith(("/ucl", "/custom-objects")):
            url = f"{reader.sim.url}{route['path'].format_map(variables)}"
            body = ["first name"] if route["path"].endswith("byFields") else {}
            reply = reader.session.request(route["method"], url, params=query, json=body, timeout=5)
            assert reply.status_code == 200, route


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ucl/v2/{id}/schema/", 200),
        ("/ucl/v2/{id}/schema", 404),
        ("/ucl/v2/{id}/contact/", 200),
        ("/ucl/v2/{id}/contact", 404),
        ("/custom-objects/v1/{id}/schema/all", 200),
        ("/custom-objects/v1/{id}/schema/all/", 404),
    ],
)
def test_paths_beyond_api_1_are_literal(reader: Client, path: str, status: int) -> None:
    assert reader.get(path.format(id=reader.sim.account_id)).status_code == status


def test_every_family_wants_the_token(connect: Connect) -> None:
    client = connect(log_in=False)
    for path in ("/ucl/v2/{id}/schema/", "/custom-objects/v1/{id}/schema/all"):
        reply = client.get(path.format(id=client.sim.account_id))
        assert (reply.status_code, reply.json()["httpCode"]) == (401, "401")
