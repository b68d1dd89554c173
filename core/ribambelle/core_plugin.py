"""The core's own services, offered through the hooks every plugin uses."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from ribambelle import hookimpl
from ribambelle.identity.person import Person, Role


@hookimpl
def tables() -> Iterable[Any]:
    """Accounts, families, workflow, queue, outbox and papers."""
    from ribambelle.documents import tables as documents
    from ribambelle.identity import tables as identity
    from ribambelle.jobs import tables as jobs
    from ribambelle.messages import tables as messages
    from ribambelle.workflow import tables as workflow

    return [*identity.TABLES, *workflow.TABLES, *jobs.TABLES, *messages.TABLES, *documents.TABLES]


@hookimpl
def roles() -> list[Role]:
    """The roles every commune has."""
    return [
        Role("agent", "Agent de la mairie"),
        Role("admin", "Administrateur de la commune"),
    ]


@hookimpl
def jobs() -> dict[str, Callable[..., Awaitable[None]]]:
    """Sending messages, announcing transitions, sweeping what has expired, ageing papers."""
    from ribambelle.documents.checking import age
    from ribambelle.documents.receiving import examine_again
    from ribambelle.identity.sweeping import sweep
    from ribambelle.messages.delivery import send_message
    from ribambelle.web.sign_in import email_link
    from ribambelle.workflow.engine import announce

    return {
        "send_message": send_message,
        "send_sms": send_message,
        "send_link": email_link,
        "announce": announce,
        "sweep": sweep,
        "age_documents": age,
        "examine_document": examine_again,
    }


@hookimpl
def schedules() -> list[Any]:
    """Sweep at night; look at the papers that end before families wake up."""
    from ribambelle.jobs import Schedule

    return [Schedule("sweep", hour=3), Schedule("age_documents", hour=7)]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """The entries every portal has."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_staff:
        desk = MenuEntry("Justificatifs", "/bureau/documents", "trombone", rank=25, short="Pièces")
        home = MenuEntry("Accueil", "/bureau", "maison", rank=0)
        inbox = MenuEntry("Messages", "/bureau/messages", "bulle", rank=22)
        return [home, inbox, desk] if person.holds("agent", "admin") else [home]
    mine = MenuEntry("Mes documents", "/documents", "trombone", rank=40, short="Pièces")
    inbox = MenuEntry("Messages", "/messages", "bulle", rank=10)
    return [MenuEntry("Accueil", "/", "maison", rank=0), *([inbox, mine] if person else [])]


@hookimpl
def to_do() -> list[Any]:
    """The papers to check or to send again, the messages to read or to answer."""
    from ribambelle.web import inbox, papers

    return [papers.waiting, inbox.waiting]


@hookimpl
def message_templates() -> Iterable[Any]:
    """What the core writes to people."""
    from ribambelle.messages.declared import MESSAGES

    return MESSAGES


@hookimpl
def demo() -> Any:
    """What families and the town hall of a demonstration write to each other."""
    from ribambelle.messages.demo import fill

    return fill


@hookimpl
def personal_data() -> list[Any]:
    """What the core holds of people."""
    from ribambelle.documents import personal_data as documents
    from ribambelle.identity import personal_data as identity
    from ribambelle.messages import personal_data as messages

    return [*identity.HELD, *documents.HELD, *messages.HELD]
