"""What a family follows, whatever the plugin: to say which demande a message speaks of."""

from dataclasses import dataclass

from ribambelle import asking
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
    return await asking.told("family_demandes", person)
