"""SQLAlchemy's own tests of dialects, as far as they need no table of their own."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.flows.flow import Desk, properties
from tests.harness import unmeasured

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Simulate

SUITE = """
from sqlalchemy.testing.suite import (
    ArgSignatureTest, IsolationLevelTest, PingTest, TrueDivTest
)
"""
REQUIREMENTS = """
from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements

class Requirements(SuiteRequirements):
    isolation_level = get_isolation_level_values = exclusions.open()
    independent_readonly_connections = exclusions.closed()  # they need a second level

    def get_isolation_levels(self, config):
        return {"default": "AUTOCOMMIT", "supported": ["AUTOCOMMIT"]}
"""
SETUP = """
[tool:pytest]
python_files = test_*.py
[sqla_testing]
requirement_cls = requirements:Requirements
profile_file = profiles.txt
"""
FLOOR = "not floordiv_numeric"  # it asks for the function FLOOR


def test_what_needs_no_table_of_its_own_passes(simulator: Simulate, tmp_path: Path) -> None:
    desk = Desk(simulator(), tmp_path / "desk")
    token = desk.sim.tokens.issue()["access_token"]
    url = f"acton:///?{properties(desk.config(initiate_oauth='OFF', access_token=token))}"
    for name, text in (
        ("test_suite.py", SUITE),
        ("requirements.py", REQUIREMENTS),
        ("setup.cfg", SETUP),
    ):
        (tmp_path / name).write_text(text)
    plugin = "sqlalchemy.testing.plugin.pytestplugin"
    options = ["-p", "no:randomly", "-p", "no:xdist", "-p", plugin, "-k", FLOOR, "-rs"]
    command = [sys.executable, "-m", "pytest", "-q", *options, "--dburi", url]
    env = {**unmeasured(), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) >= 36  # as many as SQLAlchemy 2.0.0 has; later ones have more
