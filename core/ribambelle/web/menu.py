"""The menu of a page."""

from dataclasses import dataclass

from ribambelle.identity import Person
from ribambelle.tenants import Tenant


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One entry; on a phone the menu is the bar at the bottom, which scrolls past six.

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


def menu(tenant: Tenant, person: Person | None, path: str) -> list[MenuEntry]:
    """Return the menu of this person in this commune."""
    entries: list[MenuEntry] = tenant.hooks.all("menu", person=person)
    return sorted((entry.at(path) for entry in entries), key=lambda entry: entry.rank)
