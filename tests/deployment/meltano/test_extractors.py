"""Several accounts in a project, and columns that are changed on their way."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.deployment.meltano.project import account_settings
from tests.deployment.meltano.tables import (
    LIST,
    LIST_COLUMNS,
    columns_of,
    expected,
    in_postgres,
    types_in_postgres,
)

if TYPE_CHECKING:
    from tests.deployment.meltano.conftest import Account, Open


def test_inherited_extractors_read_an_account_each(
    account: Account, open_project: Open, database: str
) -> None:
    american, european = account(seed=1), account(seed=2)
    project = open_project(american)
    for region, simulator in {"us": american, "eu": european}.items():
        place = project.folder / region
        project.settings |= account_settings(simulator, place, f"TAP_ACTON__{region.upper()}")
        project.change(
            "extractors",
            f"tap-acton--{region}",
            inherit_from="tap-acton",
            load_schema=f"act_on_{region}",
            select=[f"{LIST}.*"],
        )
    pairs = ("tap-acton--us", "target-postgres", "tap-acton--eu", "target-postgres")
    project("run", *pairs)
    for region, simulator in {"us": american, "eu": european}.items():
        rows = expected(simulator)[LIST]
        found = in_postgres(database, LIST, columns_of(rows), schema=f"act_on_{region}")
        assert found == rows
        assert (project.folder / region / "OAuthSettings.txt").exists()
        assert set(project.state(f"dev:tap-acton--{region}-to-target-postgres")) == {LIST}


def test_stream_maps_and_flattening_change_what_is_loaded(
    account: Account, open_project: Open, database: str
) -> None:
    simulator = account()
    project = open_project(simulator)
    maps = {
        LIST: {
            "e_mail_hash": "md5(config['hash_seed'] + e_mail_address)",
            "e_mail_address": "__NULL__",  # Meltano would leave out None
            "firm": "company",
            "company": "__NULL__",
            "__alias__": "customers",
        }
    }
    settings = {
        "stream_maps": maps,
        "stream_map_config": {"hash_seed": "pepper"},
        "flattening_enabled": True,
        "flattening_max_depth": 1,
    }
    project.change("extractors", "tap-acton", config=settings)
    project.run("target-postgres", LIST, "message_reports")
    places = {heading: place for place, heading in enumerate(LIST_COLUMNS)}
    found = in_postgres(database, "customers", ["contact_id", "e_mail_hash", "firm"])
    assert found == {
        (row.id,): {
            "contact_id": row.id,
            "e_mail_hash": hashlib.md5(  # noqa: S324 - what the map says
                f"pepper{row.cells[places['E-mail Address']]}".encode()
            ).hexdigest(),
            "firm": row.cells[places["Company"]],
        }
        for row in simulator.world.rows("l-0001")
    }
    types = types_in_postgres(database)
    assert ("customers", "e_mail_address") not in types
    assert ("customers", "company") not in types
    assert types["message_reports", "sent_to"] == "text"
    reports = in_postgres(database, "message_reports", ["message_id", "sent_to"])
    wanted = expected(simulator)["message_reports"]
    assert {key: json.loads(row["sent_to"]) for key, row in reports.items()} == {
        key: row["sent_to"] for key, row in wanted.items()
    }
