"""What the paiement plugin says to the portal."""

from typing import Any

from ribambelle import hookimpl


@hookimpl
def settings() -> Any:
    """The table ``[paiement]`` of a commune's file."""
    from ribambelle_paiement_tresor.settings import Settings

    return Settings
