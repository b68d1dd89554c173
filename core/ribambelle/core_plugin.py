"""The core's own services, offered through the hooks every plugin uses."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from ribambelle import hookimpl, tenants
from ribambelle.identity.person import Person, Role


@hookimpl
def tables() -> Iterable[Any]:
    """Accounts, families, workflow, queue, outbox and papers."""
    from ribambelle.api import tables as api
    from ribambelle.appointments import tables as appointments
    from ribambelle.calendar import tables as calendar
    from ribambelle.campaigns import tables as campaigns
    from ribambelle.consents import tables as consents
    from ribambelle.documents import tables as documents
    from ribambelle.families import tables as families
    from ribambelle.identity import tables as identity
    from ribambelle.information import tables as information
    from ribambelle.jobs import tables as jobs
    from ribambelle.messages import tables as messages
    from ribambelle.particulier import tables as particulier
    from ribambelle.privacy import tables as privacy
    from ribambelle.sharing import tables as sharing
    from ribambelle.takeover import tables as takeover
    from ribambelle.webhooks import tables as webhooks
    from ribambelle.workflow import tables as workflow

    rooms = identity, workflow, jobs, messages, documents, families, calendar, campaigns
    more = (
        information,
        appointments,
        api,
        privacy,
        consents,
        particulier,
        sharing,
        webhooks,
        takeover,
    )
    return [table for room in (*rooms, *more) for table in room.TABLES]


@hookimpl
def roles() -> list[Role]:
    """The roles every commune may give, whatever its plugins."""
    from ribambelle.identity.roles import ROLES

    return ROLES


@hookimpl
def scopes() -> dict[str, Any]:
    """The schools a role may be limited to."""
    from ribambelle.identity import schools

    return {"core.school": schools.names}


@hookimpl
def api_scopes() -> list[Any]:
    """Where a request stands, for whoever is told that it moved."""
    from ribambelle.api.requests import SCOPES

    return SCOPES


@hookimpl
def takeover_matters() -> list[Any]:
    """Families and their children."""
    from ribambelle.takeover.families import CHILDREN, FAMILIES

    return [FAMILIES, CHILDREN]


@hookimpl
def jobs() -> dict[str, Callable[..., Awaitable[None]]]:
    """Sending messages, announcing transitions, sweeping what has expired, ageing papers."""
    from ribambelle.api.telling import tell as tell_api_acts
    from ribambelle.appointments.booking import remind
    from ribambelle.campaigns.sending import send_batch
    from ribambelle.documents.checking import age
    from ribambelle.documents.receiving import examine_again
    from ribambelle.families.activation import send_link as send_activation
    from ribambelle.identity.errands import tell
    from ribambelle.identity.newcomers import send_link as send_identity_link
    from ribambelle.identity.sweeping import sweep
    from ribambelle.messages.delivery import send_message
    from ribambelle.particulier.refreshing import ask_state
    from ribambelle.particulier.refreshing import plan as refresh_state
    from ribambelle.privacy.retention import night
    from ribambelle.web.new_email import send_link as send_new_email
    from ribambelle.web.sign_in import email_link
    from ribambelle.webhooks.delivering import send as send_webhook
    from ribambelle.workflow.engine import announce

    return {
        "send_message": send_message,
        "send_sms": send_message,
        "send_link": email_link,
        "send_identity_link": send_identity_link,
        "send_activation": send_activation,
        "send_new_email": send_new_email,
        "send_campaign": send_batch,
        "send_campaign_mail": send_message,
        "send_campaign_sms": send_message,
        "announce": announce,
        "sweep": sweep,
        "remind_appointments": remind,
        "tell_errand": tell,
        "tell_api_acts": tell_api_acts,
        "age_documents": age,
        "examine_document": examine_again,
        "eliminate": night,
        "refresh_state": refresh_state,
        "ask_state": ask_state,
        "send_webhook": send_webhook,
    }


@hookimpl
def schedules() -> list[Any]:
    """Sweep at night, ask the State again in February; look at the papers that end before dawn."""
    from ribambelle.jobs import Schedule

    return [
        Schedule("sweep", hour=3),
        Schedule("eliminate", hour=4),
        Schedule("refresh_state", hour=5),
        Schedule("age_documents", hour=7),
        Schedule("remind_appointments", hour=9),
    ]


@hookimpl
def public_pages() -> list[Any]:
    """The home page, what the law asks each portal to publish, the pages of information."""
    from ribambelle.information import pages
    from ribambelle.web.crawling import PublicPages, fixed

    always = ("/", "/informations", "/accessibilite", "/donnees", "/mentions")
    return [fixed("core.pages", *always), PublicPages("core.informations", pages.listed)]


@hookimpl
def menu(person: Person | None) -> list[Any]:
    """The entries every portal has."""
    from ribambelle.web.menu import MenuEntry

    if person and person.is_staff:
        desk = MenuEntry("Justificatifs", "/bureau/documents", "trombone", rank=25, short="Pièces")
        home = MenuEntry("Accueil", "/bureau", "maison", rank=0)
        families = MenuEntry("Familles", "/bureau/familles", "gens", rank=15)
        inbox = MenuEntry("Messages", "/bureau/messages", "bulle", rank=22)
        team = MenuEntry("Équipe", "/bureau/equipe", "gens", rank=60)
        office = [families, inbox, desk] if person.holds("agent", "admin") else []
        data = MenuEntry("Données", "/bureau/donnees", "bouclier", rank=65)
        fleet = MenuEntry("Communes", "/bureau/communes", "mairie", rank=19)
        caf = person.holds("caf_operator") and tenants.current().settings.fleet_figures
        return [
            home,
            *office,
            *([fleet] if caf else []),
            *([team, data] if person.holds("admin") else []),
        ]
    letters = MenuEntry("Messages", "/messages", "bulle", rank=30)
    mine = [
        *([letters] if person and person.behalf is None else []),
        MenuEntry("Famille", "/famille", "gens", rank=35),
        MenuEntry("Documents", "/documents", "trombone", rank=40),
    ]
    return [MenuEntry("Accueil", "/", "maison", rank=0), *(mine if person else [])]


@hookimpl
def shortcuts(person: Person) -> list[Any]:
    """What every family comes back to."""
    from ribambelle.web.menu import MenuEntry

    return [
        MenuEntry("Mon agenda", "/agenda", "agenda", rank=10),
        MenuEntry("Ma famille", "/famille", "gens", rank=70),
        MenuEntry("Mes documents", "/documents", "trombone", rank=80),
        MenuEntry("Mon compte et mes appareils", "/compte", "cle", rank=90),
    ]


@hookimpl
def to_do() -> list[Any]:
    """Papers, messages, a custody to answer, the information to confirm."""
    from ribambelle.web import inbox, papers
    from ribambelle.web.families.confirming import to_confirm
    from ribambelle.web.families.custody import to_answer

    return [papers.waiting, inbox.waiting, to_answer, to_confirm]


@hookimpl
def cards() -> list[Any]:
    """A family's week, what the town hall tells everybody, what it shows to a partner."""
    from ribambelle.web import appointments, information, shares
    from ribambelle.web.agenda import this_week

    return [this_week, information.card, appointments.card, shares.card]


@hookimpl
def agenda() -> list[Any]:
    """The weeks of children whose parents live apart, the papers that end, the appointments."""
    from ribambelle.web.agenda import weeks
    from ribambelle.web.appointments import mine
    from ribambelle.web.papers import ending

    return [weeks, ending, mine]


@hookimpl
def search() -> list[Any]:
    """Families, by the name of an adult or a child."""
    from ribambelle.web.families.office import find

    return [find]


@hookimpl
def acts() -> dict[str, str]:
    """What the acts of the core are called."""
    from ribambelle.identity.errands import ACTS

    return ACTS


@hookimpl
def workflows() -> list[Any]:
    """The custody two parents agree on."""
    from ribambelle.identity.custodies import WORKFLOW

    return [WORKFLOW]


@hookimpl
def transition_announced() -> dict[str, Any]:
    """Write to both parents what became of a custody."""
    from ribambelle.identity.custodies import CODE, tell

    return {CODE: tell}


@hookimpl
def document_types() -> list[Any]:
    """The judgment that says whose week it is."""
    from ribambelle.documents.types import DocumentType
    from ribambelle.identity.custodies import PROOF

    return [DocumentType(PROOF, "Jugement ou accord écrit sur la garde de l’enfant", of_child=True)]


@hookimpl
def document_checked() -> list[Any]:
    """A judgment puts the custody it proves in force."""
    from ribambelle.identity.custodies import checked

    return [checked]


@hookimpl
def declared_beside() -> dict[str, Any]:
    """What a parent declared, beside the judgment that should prove it."""
    from ribambelle.identity.custodies import CODE
    from ribambelle.web.families.custody import beside

    return {CODE: beside}


@hookimpl
def message_templates() -> Iterable[Any]:
    """What the core writes to people."""
    from ribambelle.messages.declared import MESSAGES

    return MESSAGES


@hookimpl
def paper_templates() -> Iterable[Any]:
    """The letter an agent writes to one family."""
    from ribambelle.messages.declared_papers import PAPERS

    return PAPERS


@hookimpl
def demo() -> Any:
    """A family whose parents live apart, and what families and the town hall write."""
    from ribambelle.demonstration import fill

    return fill


@hookimpl
def demo_programs() -> list[tuple[str, ...]]:
    """FranceConnect, ProConnect and API Particulier, played by stand-ins that know invented people."""
    program, state = "ribambelle.testing.france_connect", "ribambelle.testing.api_particulier"
    return [(program, "8011"), (program, "8012", "--proconnect"), (state, "8013")]


@hookimpl
def personal_data() -> list[Any]:
    """What the core holds of people."""
    from ribambelle.api import personal_data as api
    from ribambelle.appointments import personal_data as appointments
    from ribambelle.campaigns import personal_data as campaigns
    from ribambelle.documents import personal_data as documents
    from ribambelle.families import personal_data as families
    from ribambelle.identity import personal_data as identity
    from ribambelle.information import personal_data as information
    from ribambelle.messages import personal_data as messages
    from ribambelle.particulier import personal_data as particulier
    from ribambelle.privacy import personal_data as privacy
    from ribambelle.sharing import personal_data as sharing
    from ribambelle.takeover import personal_data as takeover
    from ribambelle.webhooks import personal_data as webhooks

    rooms = identity, documents, messages, families, campaigns, information, appointments, api
    more = privacy, particulier, sharing, takeover, webhooks
    return [one for room in (*rooms, *more) for one in room.HELD]
