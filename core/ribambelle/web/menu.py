"""The menu of a page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ribambelle.identity import Person
from ribambelle.tenants import Tenant

NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry; on a phone the menu is the bar at the bottom, whose last is « Plus » past five.

    `short` is the label where room is scarce; `count` a number that waits, with its meaning.
    """

    label: str
    href: str
    icon: str
    rank: int = 50
    short: str = ""
    count: int = 0
    current: bool = False

    def at(self, path: str) -> "MenuEntry":
        """Return the entry, marked when the page shown lies under it.

        >>> MenuEntry("Crèches", "/creche", "bebe").at("/creche/12").current
        True
        >>> MenuEntry("Accueil", "/", "maison").at("/creche").current
        False
        """
        inside = path == self.href or path.startswith(self.href.rstrip("/") + "/")
        here = (inside and self.href not in ("/", "/bureau")) or path == self.href
        return MenuEntry(self.label, self.href, self.icon, self.rank, self.short, self.count, here)


def menu(
    tenant: Tenant, person: Person | None, path: str, waiting: Mapping[str, int] = NOTHING
) -> list[MenuEntry]:
    """Return the menu of this person in this commune.

    :param waiting: by address, how many things wait behind an entry.
    """
    entries: list[MenuEntry] = tenant.hooks.all("menu", person=person)
    found = [replace(one.at(path), count=waiting.get(one.href, one.count)) for one in entries]
    return sorted(nearest(found), key=lambda entry: entry.rank)


def nearest(entries: list[MenuEntry]) -> list[MenuEntry]:
    """Return the entries, only the nearest to the page marked where one lies under another.

    >>> above, under = (MenuEntry("", href, "", current=True) for href in ("/a", "/a/b"))
    >>> [entry.current for entry in nearest([above, under])]
    [False, True]
    """
    longest = max((len(one.href) for one in entries if one.current), default=0)
    return [replace(one, current=one.current and len(one.href) == longest) for one in entries]
