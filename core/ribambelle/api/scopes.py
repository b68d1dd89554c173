"""What a token may do, as plugins declare it."""

from dataclasses import dataclass

from ribambelle.plugins import Enabled


@dataclass(frozen=True, slots=True)
class ApiScope:
    """One thing a token may do, declared by the `api_scopes` hook.

    The code begins with the plugin's name (``periscolaire:read``); `label` names it in the office
    and `told` says in one French sentence what a program can then see or change.
    """

    code: str
    label: str
    told: str


def known(hooks: Enabled) -> dict[str, ApiScope]:
    """Return what a token of this commune may do, by code."""
    return {scope.code: scope for scope in hooks.all("api_scopes")}
