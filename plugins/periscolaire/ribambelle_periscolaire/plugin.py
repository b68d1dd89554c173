"""What the périscolaire plugin says to the portal."""

from typing import Any

from ribambelle import hookimpl


@hookimpl
def settings() -> Any:
    """The table ``[periscolaire]`` of a commune's file."""
    from ribambelle_periscolaire.settings import Settings

    return Settings
