"""What a space to learn in may take from a file that was written for real families.

Two files are read so: the commune's, once, when the space is opened; the platform's, each time.
"""

from collections.abc import Mapping
from typing import Any

TABLES = (
    *("database", "standby", "signature", "mail", "sms", "webhooks", "backup"),
    *("franceconnect", "proconnect", "particulier"),
)
"""Where the commune's data are, who signs, and whatever writes to somebody or asks the State."""
PEOPLE = ("signatories", "testers", "director", "dpo", "officer")
"""Keys that name somebody, wherever they stand in the file."""
SECRETS = ("password", "secret", "old_secret", "token", "key")
TREASURY = ("payfip", "debits", "titres", "iban")
"""What the treasury knows the commune by: a file made here to learn could be taken for a real one."""
OUTSIDE = {"geocoding": ("service",)}
"""Services asked over the network, by table."""


def harmless(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what leads to nobody: no base, no signature, no secret, no way out.

    >>> harmless({"name": "A", "database": {"url": "x"}, "paiement": {"regies": [{"payfip": "1"}]}})
    {'name': 'A', 'paiement': {'regies': [{}]}}
    >>> harmless({"geocoding": {"service": "https://x", "streets": "rues.csv"}})
    {'geocoding': {'streets': 'rues.csv'}}
    """
    kept = {key: _without(value) for key, value in said.items() if key not in TABLES}
    for table, keys in OUTSIDE.items():
        if isinstance(kept.get(table), dict):
            kept[table] = {key: value for key, value in kept[table].items() if key not in keys}
    return kept


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        unwanted = (*PEOPLE, *SECRETS, *TREASURY)
        return {key: _without(inner) for key, inner in value.items() if key not in unwanted}
    if isinstance(value, list):
        return [_without(one) for one in value]
    return value
