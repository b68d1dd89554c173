"""What a family follows, whatever the plugin: to say which demande a message speaks of."""

from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.identity import Person


@dataclass(frozen=True, slots=True)
class Followed:
    """One demande of a family: its name for people, its page on either side."""

    demande: int
    label: str
    href: str
    office_href: str


async def followed(person: Person) -> list[Followed]:
    """Return the demandes of a family, as its plugins tell them."""
    found: list[Followed] = []
    for tell in tenants.current().hooks.all("family_demandes"):
        found += await tell(person)
    return found
