"""A server that behaves as Act-On documents it, for tests, demos and dry runs.

Not for production, and no proof of what the real service does: every behaviour names the
document that it copies, or says "guess" (`GET /_control/routes` lists them).
"""

from tap_acton.simulator.changes import Change
from tap_acton.simulator.credentials import Credentials
from tap_acton.simulator.faults import Fault
from tap_acton.simulator.journal import Entry
from tap_acton.simulator.options import Options
from tap_acton.simulator.simulator import Simulator

__all__ = ["Change", "Credentials", "Entry", "Fault", "Options", "Simulator"]
