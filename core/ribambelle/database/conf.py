"""What Piccolo imports, by PICCOLO_CONF, to find the one engine of all tables."""

from piccolo.conf.apps import AppRegistry

from ribambelle.database.door import DOOR

DB = DOOR
APP_REGISTRY = AppRegistry()
