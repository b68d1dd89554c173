"""The public names that are leaving: since when, until when, and what to use instead.

To rename or move one, two lines: its row here, and in the module it leaves
``__getattr__ = leaving(__name__)``. The old name then answers, with a warning, until the version
that takes it away; a test fails when that version comes and the row is still here.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from packaging.version import Version


@dataclass(frozen=True)
class Deprecation:
    """One public name that is leaving."""

    name: str
    """Where it is imported from: ``ribambelle.billing.Gap``."""
    instead: str
    """Where its successor is imported from."""
    since: str
    removed_in: str

    @property
    def warning(self) -> str:
        """What somebody who still uses it is told.

        >>> print(Deprecation("old.one", "new.one", since="0.2", removed_in="0.3").warning)
        old.one is deprecated since Ribambelle 0.2 and leaves in 0.3: use new.one
        """
        return (
            f"{self.name} is deprecated since Ribambelle {self.since} and leaves in "
            f"{self.removed_in}: use {self.instead}"
        )


DEPRECATIONS: tuple[Deprecation, ...] = ()
"""All that are leaving now, in order of name."""


def leaving(module: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module some names of which are leaving."""

    def successor(attribute: str) -> Any:
        for one in DEPRECATIONS:
            if one.name == f"{module}.{attribute}":
                warnings.warn(one.warning, DeprecationWarning, stacklevel=2)
                place, _, name = one.instead.rpartition(".")
                return getattr(import_module(place), name)
        raise AttributeError(f"module {module!r} has no attribute {attribute!r}")

    return successor


def overdue(rows: Iterable[Deprecation], core_version: str) -> list[str]:
    """Return the names that should be gone from this version, or leave without a version's notice.

    >>> rows = [Deprecation("old.one", "new.one", since="0.2", removed_in="0.4")]
    >>> overdue(rows, "0.3.5"), overdue(rows, "0.4.0")
    ([], ['old.one'])
    >>> overdue([Deprecation("old.two", "new.two", since="0.2", removed_in="0.2")], "0.1.0")
    ['old.two']
    """
    now = Version(core_version)
    return [
        one.name
        for one in rows
        if now >= Version(one.removed_in) or Version(one.removed_in) <= Version(one.since)
    ]


def table(rows: Iterable[Deprecation]) -> str:
    """Return the list as `docs/stability.md` carries it.

    >>> print(table([]))
    None is leaving at this moment.
    >>> print(table([Deprecation("old.one", "new.one", since="0.2", removed_in="0.3")]))
    | name | deprecated since | leaves in | use instead |
    |---|---|---|---|
    | `old.one` | 0.2 | 0.3 | `new.one` |
    """
    found = [f"| `{one.name}` | {one.since} | {one.removed_in} | `{one.instead}` |" for one in rows]
    if not found:
        return "None is leaving at this moment."
    return "\n".join(
        ["| name | deprecated since | leaves in | use instead |", "|---|---|---|---|", *found]
    )
