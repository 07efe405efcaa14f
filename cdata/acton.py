"""`import cdata.acton`: Act-On as a DB-API 2.0 module, named as CData's connector is."""

from tap_acton.sql import *  # noqa: F403 - the same names, no more
from tap_acton.sql import __all__ as __all__  # noqa: PLC0414 - re-exported

if __name__ == "__main__":
    from tap_acton.sql.shell import main

    main()
