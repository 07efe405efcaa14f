"""The SDK's own tests of a tap, against a simulator that lives as long as the module.

Some of them cannot fail; the promises that matter are in `test_sync.py`.
"""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

from singer_sdk.testing import SuiteConfig, get_tap_test_class

from tap_acton.simulator import Options, Simulator
from tap_acton.tap import TapActOn
from tests.harness import config_for, discover, everything

_folder = tempfile.TemporaryDirectory()
atexit.register(_folder.cleanup)
_simulator = Simulator(
    Options(lists=2, contacts=20, messages=6, suppressed=5, requests_per_second=0)
)
_simulator.start()
atexit.register(_simulator.stop)

_config = config_for(_simulator, Path(_folder.name))

# The SDK asks for the tests as classes when the module is imported.
TestTapActOn = get_tap_test_class(
    tap_class=TapActOn,
    config=_config,
    catalog=everything(discover(_config)),
    suite_config=SuiteConfig(ignore_no_records=True),
)
