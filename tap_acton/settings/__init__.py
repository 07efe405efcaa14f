"""Settings: the table of all that can be set, and the values of one tap or connection."""

from tap_acton.settings.route import check_route
from tap_acton.settings.settings import Settings, config_schema, settings_table
from tap_acton.settings.table import Setting, setting, settings_of

__all__ = [
    "Setting",
    "Settings",
    "check_route",
    "config_schema",
    "setting",
    "settings_of",
    "settings_table",
]
