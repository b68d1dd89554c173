"""Ribambelle: what every commune's portal stands on."""

import os

import pluggy

__version__ = "0.1.0"

# Piccolo finds the one engine of all tables, the tenant's door, through this module.
os.environ.setdefault("PICCOLO_CONF", "ribambelle.database.conf")

hookimpl = pluggy.HookimplMarker("ribambelle")
