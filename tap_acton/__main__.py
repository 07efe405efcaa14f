"""`python -m tap_acton`: the tap."""

from tap_acton.cli import main

main()
