"""The layers of the package: who may import whom. `.github/ARCHITECTURE.md` draws them."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import unmeasured

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tap_acton"

GROUND, TRANSPORT, AUTH, RESOURCES, READER, DISCOVERY, CLIENT, FRONT, DEMO = range(9)
TAP_SIDE = {"singer", "tap"}
LAYERS = {
    **dict.fromkeys(
        ("clock", "config", "embedded", "errors", "files", "interrupts", "kinds", "locks", "names"),
        GROUND,
    ),
    **dict.fromkeys(("redact", "settings"), GROUND),
    "transport": TRANSPORT,
    "auth": AUTH,
    "resources": RESOURCES,
    **dict.fromkeys(
        ("changes", "family", "hidden", "lookout", "page_reader", "remembered", "source"), READER
    ),
    **dict.fromkeys(("by_name", "discovery", "dynamic", "own_columns", "parts"), DISCOVERY),
    "client": CLIENT,
    "__init__": CLIENT,
    **dict.fromkeys(TAP_SIDE, FRONT),
    "sql": FRONT,
    "__main__": DEMO,
    "demo": DEMO,
}
SIMULATOR = "simulator"
ITSELF = "tap_acton"


def modules() -> dict[str, ast.Module]:
    """Return every module of the package by its dotted name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
        for path in PACKAGE.rglob("*.py")
    }


def imports(tree: ast.Module) -> set[str]:
    """Return the dotted names that a module imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            found.add(node.module or "")
    return found


def part(module: str) -> str | None:
    """Return the part of the package that a module belongs to: `tap_acton.<part>…`."""
    names = module.split(".")
    return names[1] if names[0] == ITSELF and len(names) > 1 else None


MODULES = modules()


def test_every_part_has_a_layer() -> None:
    parts = {part(module) for module in MODULES} - {SIMULATOR}
    assert parts == set(LAYERS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_from_its_layer_or_below(module: str) -> None:
    mine = part(module)
    for imported in imports(MODULES[module]):
        theirs = part(imported)
        if theirs is None or theirs == mine:
            continue
        if SIMULATOR in {mine, theirs}:
            assert mine == "demo", f"{module} imports {imported}"
        else:
            assert LAYERS[theirs] <= LAYERS[mine or ""], f"{module} imports {imported}"


def test_the_two_front_ends_never_import_each_other() -> None:
    for module, tree in MODULES.items():
        parts = {part(imported) for imported in imports(tree)}
        if part(module) == "sql":
            assert not parts & TAP_SIDE
        elif part(module) in TAP_SIDE:
            assert "sql" not in parts


@pytest.mark.parametrize(
    ("library", "side"),
    [
        pytest.param("singer_sdk", TAP_SIDE, id="singer_sdk"),
        pytest.param("duckdb", {"demo"}, id="duckdb"),
        pytest.param("apsw", {"sql"}, id="apsw"),
        pytest.param("sqlglot", {"sql"}, id="sqlglot"),
        pytest.param("sqlalchemy", {"auth", "sql"}, id="sqlalchemy"),
        pytest.param("pyarrow", {"singer", "sql"}, id="pyarrow"),
        pytest.param("rich", {"singer"}, id="rich"),
    ],
)
def test_a_heavy_library_stays_on_its_side(library: str, side: set[str]) -> None:
    users = {
        part(module)
        for module, tree in MODULES.items()
        if any(name.split(".")[0] == library for name in imports(tree))
    }
    assert users <= side


def test_the_simulator_needs_nothing_but_the_standard_library() -> None:
    for module, tree in MODULES.items():
        if part(module) != SIMULATOR:
            continue
        for imported in imports(tree):
            first = imported.split(".")[0]
            assert first in sys.stdlib_module_names or imported.startswith("tap_acton.simulator")


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module: {name for name in imports(tree) if name in MODULES or f"{name}.__init__" in MODULES}
        for module, tree in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for imported in graph.get(module, ()):
                visit(imported, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def loaded_by(*arguments: str) -> set[str]:
    """Return the names of all modules that a run of Python loads."""
    run = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(run, env=unmeasured(), capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


def test_importing_the_connector_loads_nothing_heavy() -> None:
    loaded = loaded_by("-c", "import cdata.acton")
    assert "tap_acton.sql.connection" in loaded
    assert not loaded & {
        *("singer_sdk", "apsw", "sqlglot", "sqlalchemy", "duckdb", "sqlite3"),
        *("requests", "urllib3", "ssl", "cryptography", "filelock", "backoff", "asyncio"),
    }


def test_importing_the_package_loads_nothing_of_it() -> None:
    loaded = loaded_by("-c", "import tap_acton")
    assert {name for name in loaded if name.startswith("tap_acton")} == {"tap_acton"}


def test_the_command_loads_what_the_sdk_does_and_nothing_heavy_beside() -> None:
    loaded = loaded_by("-m", "tap_acton", "--version")
    assert "tap_acton.tap" in loaded
    heavy = {"apsw", "sqlglot", "sqlalchemy", "pyarrow", "duckdb", "sqlite3", "cryptography"}
    assert not loaded & heavy
