"""docs/meltano.md: whoever follows it from top to bottom has what it says."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import psycopg
import yaml

from tests.deployment.meltano.project import ROOT, Project, account_settings, postgres_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.deployment.meltano.conftest import Account

PAGE = (ROOT / "docs" / "meltano.md").read_text()
BLOCKS = re.findall(r"^```(\w.*?)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def pieces(language: str) -> list[str]:
    return [text for named, text in BLOCKS if named == language]


def merged(project: dict[str, Any], piece: dict[str, Any]) -> dict[str, Any]:
    """Return a meltano.yml with a piece of another: plugins, jobs and schedules are added."""
    for kind, plugins in piece.pop("plugins", {}).items():
        project["plugins"].setdefault(kind, []).extend(plugins)
    return {**project, **piece}


def commands() -> Iterator[tuple[str, ...]]:
    for block in pieces("sh"):
        for line in block.splitlines():
            yield tuple(shlex.split(line))


def test_the_page_can_be_followed(
    plugins: Path, account: Account, database: str, tmp_path: Path
) -> None:
    simulator = account()
    source = yaml.safe_load((plugins / "meltano.yml").read_text())
    extractor = tmp_path / "tap-acton.yml"
    extractor.write_text(yaml.safe_dump(source["plugins"]["extractors"][0]))
    places = {"/var/lib/warehouse/OAuthSettings.txt": str(tmp_path / "OAuthSettings.txt")}
    project, said = Project(folder=tmp_path), {}
    for command in commands():
        if command == ("cd", "warehouse"):
            project = Project(folder=tmp_path / "warehouse")
            (project.folder / ".meltano" / "loaders").symlink_to(plugins / ".meltano" / "loaders")
            continue
        if command[1] == "run" and not project.settings:
            complete(project, source, {**account_settings(simulator, tmp_path),
                                       **postgres_settings(database)})  # fmt: skip
        assert command[0] == "meltano"
        said[command[1]] = project(*(places.get(word, word) for word in command[1:]))
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT schemaname, count(*) FROM pg_tables "
            "WHERE schemaname LIKE 'act_on%' GROUP BY 1 ORDER BY 1"
        ).fetchall()
    selected = said["select"].split("Selected properties:")[1]
    assert "message_reports.subject" in selected
    assert "list_api_example_list.company" in selected
    assert "e_mail_address" not in selected
    assert [schema for schema, _ in found] == ["act_on", "act_on_eu", "act_on_us"]
    assert {count for _, count in found} == {found[0][1]}
    assert "nightly" in project("schedule", "list", "--format=json")
    assert {each.name for each in (project.folder / "tokens").iterdir()} >= {"us.txt", "eu.txt"}


def complete(project: Project, source: dict[str, Any], settings: dict[str, str]) -> None:
    """Do what the page says in words: copy the loaders, and fill in `.env`."""
    file = project.folder / "meltano.yml"
    mine = yaml.safe_load(file.read_text())
    ours, theirs = (each["plugins"]["extractors"][0] for each in (source, mine))
    assert [each["name"] for each in theirs["settings"]] == [
        each["name"] for each in ours["settings"]
    ]
    for part in ("select", "load_schema", "capabilities", "commands", "pip_url"):
        assert theirs[part] == ours[part], part
    mine["plugins"]["loaders"] = source["plugins"]["loaders"]
    for piece in pieces("yaml"):
        mine = merged(mine, yaml.safe_load(piece))
    file.write_text(yaml.safe_dump(mine, sort_keys=False))
    named = set(re.findall(r"^(\w+)=", pieces("sh .env")[0], re.MULTILINE))
    assert named < set(settings)
    shown = {"TAP_ACTON_AUTH_SCHEME", "TAP_ACTON_OAUTH_SETTINGS_LOCATION"}  # by `config set`
    project.settings = {name: text for name, text in settings.items() if name not in shown}


def test_every_inherited_extractor_and_the_job_can_run(plugins: Path, tmp_path: Path) -> None:
    source = yaml.safe_load((plugins / "meltano.yml").read_text())
    names = []
    for piece in map(yaml.safe_load, pieces("yaml")):
        names += [each["name"] for each in piece.get("plugins", {}).get("extractors", ())]
        source = merged(source, piece)
    (tmp_path / "meltano.yml").write_text(yaml.safe_dump(source, sort_keys=False))
    pairs = [word for name in names for word in (name, "target-postgres")]
    Project(folder=tmp_path)("run", "--dry-run", "--no-install", *pairs, "act-on")
    assert len(names) == 6
