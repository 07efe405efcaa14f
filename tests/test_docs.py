"""The README and the documents say what is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tap_acton.config import read_settings
from tap_acton.errors import (
    ActOnError,
    BudgetSpentError,
    ConfigError,
    LoginRequiredError,
    SyncIncompleteError,
)
from tap_acton.resources.catalog import RESOURCES
from tap_acton.settings import settings_table
from tap_acton.simulator import Options, Simulator
from tests.documents import ROOT, blocks
from tests.generated import costly_streams, performance_table, stream_table
from tests.harness import config_for

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text()
STREAMS = (ROOT / "docs" / "streams.md").read_text()
OPENAPI = ROOT.parent / "shared" / "acton-api" / "openapi"
DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / ".github").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]


def test_the_readme_names_every_stream_and_stars_the_costly_ones() -> None:
    section = README.split("## Streams")[1].split("A list named")[0]
    found = re.findall(r"`([\w<>]+)`( \*)?", section)
    dynamic = {"list_<name>", "segment_<name>", "custom_<object>"}
    assert sorted(name for name, _ in found) == sorted([*RESOURCES, *dynamic])
    assert sorted(name for name, star in found if star) == sorted(costly_streams())


def test_the_table_of_streams_is_the_codes() -> None:
    section = STREAMS.split("<!-- streams -->\n")[1].split("<!-- /streams -->")[0]
    assert section == stream_table()


def test_the_table_of_performance_is_what_benchmarks_have_kept() -> None:
    readme = (ROOT / "README.md").read_text()
    section = readme.split("<!-- performance -->\n")[1].split("<!-- /performance -->")[0]
    assert section == performance_table()


def read_operations() -> set[str]:
    """Return what Act-On's files say can be read, with the variables' names left out."""
    files = {"act-on-api-1.json": "", "act-on-custom-objects-service.json": "/custom-objects"}
    found = set()
    for file, prefix in files.items():
        for path, methods in json.loads((OPENAPI / file).read_bytes())["paths"].items():
            asks = "get" in methods or re.search("/query/|/byFields$", path)
            if asks:
                method = "GET" if "get" in methods else "POST"
                found.add(f"{method} {nameless(prefix + path)}")
    return found


def nameless(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path).removesuffix("?")


@pytest.mark.skipif(not OPENAPI.is_dir(), reason="Act-On's OpenAPI files are not beside this clone")
def test_every_read_operation_is_a_stream_or_has_a_reason_not_to_be() -> None:
    named = {nameless(each) for each in re.findall(r"`((?:GET|POST) /[^`]+)`", STREAMS)}
    assert read_operations() - named == set()


def test_the_readme_names_only_settings_that_exist() -> None:
    section = README.split("## Settings")[1].split("## Exit codes")[0]
    first_cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert named <= {setting.name for setting in settings_table()}
    assert len(named) > 8


def test_the_readme_configuration_is_valid() -> None:
    read_settings(json.loads(blocks(ROOT / "README.md", "json")[0]))


def test_the_readme_python_reads_messages(tmp_path: Path) -> None:
    script = blocks(ROOT / "README.md", "python")[0]
    options = Options(lists=1, contacts=2, messages=3, requests_per_second=0)
    with Simulator(options) as simulator:
        (tmp_path / "config.json").write_text(json.dumps(config_for(simulator, tmp_path)))
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    assert len(run.stdout.splitlines()) >= 3


def test_the_readme_has_the_exit_codes_of_the_errors() -> None:
    for error in (ActOnError, ConfigError, LoginRequiredError, SyncIncompleteError):
        assert f"| {error.exit_code} |" in README
    assert f"| {BudgetSpentError.exit_code} |" in README


@pytest.mark.parametrize("target", ["demo", "test"])
def test_the_readme_commands_are_targets_of_make(target: str) -> None:
    assert f"make {target}" in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", document.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (document.parent / target).exists(), target


def anchors(document: Path) -> set[str]:
    """Return what GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_into_a_document_leads_to_a_heading(document: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^):#]*)#([^)]+)\)", document.read_text()):
        assert anchor in anchors(document.parent / target if target else document), anchor


def test_what_is_said_of_other_ways_has_an_address_or_was_not_found() -> None:
    page = (ROOT / "docs" / "comparison.md").read_text()
    others = page.split("## Act-On's own exports")[1].split("## Your own script")[0]
    facts = re.findall(r"^(?:- |\| (?!Platform|-)).*(?:\n  .*)*", others, re.MULTILINE)
    assert [fact for fact in facts if "](https://" not in fact and "page" not in fact] == []
    assert len(facts) > 10
    assert re.search(r"read on 20\d\d-\d\d-\d\d", page)


def is_a_module(name: str) -> bool:
    """Tell whether a module has this name, or one that ends like this."""
    return (
        (ROOT / name).is_file()
        or (ROOT / "tap_acton" / name).is_file()
        or any(found for part in ("tap_acton", "tests") for found in (ROOT / part).rglob(name))
    )


def test_every_module_that_a_document_names_exists() -> None:
    named = {
        (str(document.relative_to(ROOT)), name)
        for document in DOCUMENTS
        for name in re.findall(r"`((?:\w+/)*\w+\.py)`", document.read_text())
    }
    assert [pair for pair in sorted(named) if not is_a_module(pair[1])] == []
    assert len(named) > 15
