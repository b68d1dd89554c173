"""What the childminders' directory says to the portal."""

from collections.abc import Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity import Person, Role


@hookimpl
def settings() -> Any:
    """The relais of the commune."""
    from ribambelle_assmat.settings import Settings

    return Settings


@hookimpl
def roles() -> list[Role]:
    """Who follows childminders besides the town hall.

    A childminder's own role is limited to her accreditation: it comes with the list of them.
    """
    return [
        Role(
            "pmi",
            "PMI (département)",
            told="Lit les agréments et les places des assistantes maternelles, sans rien changer.",
            read_only=True,
        )
    ]


@hookimpl
def routes() -> Iterable[Any]:
    """The page that says where to find a childminder."""
    from ribambelle_assmat.pages.public import ROUTES

    return ROUTES


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """One entry for families and visitors."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_staff:
        return []
    return [MenuEntry("Assistantes maternelles", "/assmat", "gens", rank=40, short="Assistantes")]
