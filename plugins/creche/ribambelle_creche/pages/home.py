"""The crèches on home pages, in the menu and in the search."""

from typing import Any

from ribambelle.identity import Person
from ribambelle.web.home import Card, Found, ToDo
from ribambelle.web.menu import MenuEntry


def entries(person: Person | None) -> list[MenuEntry]:
    """Return what this person finds in the menu."""
    if person is None or person.is_family:
        return [MenuEntry("Crèches", "/creche", "bebe", rank=20)]
    return []


async def waiting(person: Person) -> list[ToDo]:
    """Return what waits for this person."""
    return []


async def cards(person: Person | None) -> list[Card]:
    """Return the cards of the home page."""
    return []


async def find(person: Person, words: str) -> list[Found]:
    """Return the files whose child or adults bear these words."""
    return []


ROUTES: list[Any] = []
