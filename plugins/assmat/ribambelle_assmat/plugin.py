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
    """Childminders, and who follows them besides the town hall."""
    return [
        Role(
            "childminder",
            "Assistante maternelle",
            scope="assmat.childminder",
            told="Tient sa fiche et dit ses places libres.",
        ),
        Role(
            "pmi",
            "PMI (département)",
            told="Lit les agréments et les places des assistantes maternelles, sans rien changer.",
            read_only=True,
        ),
    ]


@hookimpl
def scopes() -> dict[str, Any]:
    """The childminders a role may be limited to: none until the département gives their list."""

    async def nobody() -> dict[int, str]:
        return {}

    return {"assmat.childminder": nobody}


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
