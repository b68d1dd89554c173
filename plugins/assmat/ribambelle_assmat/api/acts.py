"""What a program may do for somebody of the directory: write, be alerted, announce, decide."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from ribambelle import api
from ribambelle.api.paging import fitting
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts, limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_assmat import contacting, meeting, saving, validating
from ribambelle_assmat.contacting import Letter
from ribambelle_assmat.pages.contacting import writable
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.relais import all_relais
from ribambelle_assmat.refreshing import HERSELF
from ribambelle_assmat.tables import Event

ROOT = "/api/v1/assmat"
CONTACT = guards.Scoped("assmat:contact")
DECIDE, ANNOUNCE = guards.Scoped("assmat:decide"), guards.Scoped("assmat:announce")
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
Words = Annotated[str, Meta(min_length=10, max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]


class Written(msgspec.Struct, frozen=True):
    """What a family writes to a childminder."""

    name: Name
    email: Email
    words: Words
    phone: Annotated[str, Meta(max_length=20)] = ""


class Sent(msgspec.Struct, frozen=True):
    """What was sent to whom."""

    childminder: int
    sent: bool


class Watched(msgspec.Struct, frozen=True):
    """A search to watch: the query of the directory's page, and where to write."""

    email: Email
    search: Annotated[str, Meta(min_length=1, max_length=1000)]


class Watching(msgspec.Struct, frozen=True):
    """What is asked of the address: nothing is watched before its link is followed."""

    email: str
    search: str


class Listing(msgspec.Struct, frozen=True):
    """Whether a page may be in the directory; `why` is read by her when it may not."""

    state: Literal["validated", "hidden", "shown"]
    why: Annotated[str, Meta(max_length=300)] = ""


class Listed(msgspec.Struct, frozen=True):
    """Where a page stands, once decided."""

    childminder: int
    state: str
    why: str


class Announced(msgspec.Struct, frozen=True):
    """A meeting of a relais; hours are minutes since midnight."""

    title: Name
    place: Name
    day: date
    begins: Annotated[int, Meta(ge=0, le=1439)]
    ends: Annotated[int, Meta(ge=1, le=1440)]
    places: Annotated[int, Meta(ge=1, le=500)]
    words: Annotated[str, Meta(max_length=2000)] = ""


class Told(msgspec.Struct, frozen=True):
    """A meeting announced or cancelled, and how many were told."""

    meeting: int
    told: int


@post(
    f"{ROOT}/childminders/{{childminder:int}}/letters",
    name="api.assmat.letter",
    told="Écrire à une assistante maternelle, pour une famille",
    guards=[CONTACT],
    status_code=200,
    api=api.Operation(
        "Son adresse n’est jamais donnée : elle reçoit ces mots, et répond à l’adresse de la famille. "
        "Vingt lettres par jour au plus à chacune, huit par heure d’une même adresse. Celle qui ne "
        "reçoit pas de lettres répond 404.",
        Sent,
        {"childminder": 12, "sent": True},
        body=Written,
        asked={
            **{"name": "Anne Payet", "email": "anne@exemple.fr"},
            "words": "Zoé a huit mois, du lundi au jeudi à partir de mars.",
        },
    ),
)
async def letter(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Send what a family writes, once whatever the times it is sent."""
    told = await api.body(request, Written)
    one = await writable(fitting(childminder), now.date())
    said = Letter(told.name.strip(), _email(told.email), told.phone.strip(), told.words.strip())

    async def work(keep: Keep[Sent]) -> Sent:
        await limits.require(f"assmat-letter-by:{said.email}", now, at_most=8, per=HOUR)
        await limits.require(f"assmat-letter:{one.id}", now, at_most=20, per=DAY)
        answer = Sent(one.id, True)
        async with transaction():
            await contacting.write(one, said)
            await keep(answer)
        return answer

    return await api.once(request, work)


@post(
    f"{ROOT}/searches",
    name="api.assmat.watch",
    told="Demander une alerte sur une recherche",
    guards=[CONTACT],
    status_code=200,
    api=api.Operation(
        "L’adresse reçoit un lien : rien n’est surveillé avant qu’il soit suivi, et un clic y met fin. "
        "`search` est ce qui suit le point d’interrogation dans l’adresse de la page de recherche.",
        Watching,
        {"email": "anne@exemple.fr", "search": "ou=44000&jours=mon"},
        body=Watched,
        asked={"email": "anne@exemple.fr", "search": "ou=44000&jours=mon"},
    ),
)
async def watch(
    request: Request[Any, Any, Any],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Ask an address whether a search is to be watched; the answer never says what is kept."""
    told = await api.body(request, Watched)
    email, search = _email(told.email), saving.read(told.search)

    async def work(keep: Keep[Watching]) -> Watching:
        await limits.require(f"assmat-alert:{email}", now, at_most=5, per=HOUR)
        answer = Watching(email, search.query)
        async with transaction():
            await saving.begin(tenant, email, search, now)
            await keep(answer)
        return answer

    return await api.once(request, work)


@put(
    f"{ROOT}/childminders/{{childminder:int}}/listing",
    name="api.assmat.listing",
    told="Valider, retirer ou remettre une fiche, pour la PMI",
    guards=[DECIDE],
    status_code=200,
    api=api.Operation(
        "`validated` : la fiche est lue et peut paraître. `hidden` : elle ne paraît plus, `why` lui est "
        "dit. `shown` : elle paraît de nouveau si elle le veut.",
        Listed,
        {"childminder": 12, "state": "hidden", "why": "Agrément en cours d’examen."},
        body=Listing,
        asked={"state": "hidden", "why": "Agrément en cours d’examen."},
    ),
)
async def listing(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Decide whether a page may be in the directory."""
    told = await api.body(request, Listing)
    if told.state == "hidden" and not told.why.strip():
        raise Invalid(Wrong("Écrivez pourquoi : elle le lit.", "/why"))
    one = await directory.one(fitting(childminder))

    async def work(keep: Keep[Listed]) -> Listed:
        answer = Listed(one.id, told.state, told.why.strip() if told.state == "hidden" else "")
        async with transaction():
            if told.state == "validated":
                await validating.validate(HERSELF, one.id, now)
            elif told.state == "hidden":
                await validating.hide(HERSELF, one.id, answer.why)
            else:
                await validating.show(HERSELF, one.id)
            await keep(answer)
        return answer

    return await api.once(request, work)


@post(
    f"{ROOT}/relais/{{relais:int}}/meetings",
    name="api.assmat.announce",
    told="Annoncer une rencontre d’un relais",
    guards=[ANNOUNCE],
    status_code=200,
    api=api.Operation(
        "Les assistantes maternelles du relais la voient aussitôt et s’inscrivent.",
        Told,
        {"meeting": 3, "told": 0},
        body=Announced,
        asked={
            **{"title": "Éveil musical", "place": "Salle des fêtes", "day": "2026-12-04"},
            **{"begins": 570, "ends": 660, "places": 8},
        },
    ),
)
async def announce(
    relais: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Announce a meeting."""
    told, today = await api.body(request, Announced), now.date()
    if relais not in [one.code for one in all_relais()]:
        raise NotYours
    wrong = []
    if not today <= told.day <= today + YEAR:
        wrong.append(Wrong("Choisissez un jour à venir, dans l’année.", "/day"))
    if told.ends <= told.begins:
        wrong.append(Wrong("Écrivez une heure après le début.", "/ends"))
    if wrong:
        raise Invalid(*wrong)

    async def work(keep: Keep[Told]) -> Told:
        event = Event(relais=relais, created_at=now, **msgspec.structs.asdict(told))
        async with transaction():
            answer = Told(await meeting.announce(event, HERSELF), 0)
            await keep(answer)
        return answer

    return await api.once(request, work)


@delete(
    f"{ROOT}/relais/{{relais:int}}/meetings/{{event:int}}",
    name="api.assmat.call_off",
    told="Annuler une rencontre d’un relais",
    guards=[ANNOUNCE],
    status_code=200,
    api=api.Operation(
        "Les inscrites sont prévenues ; annulée deux fois, c’est une.",
        Told,
        {"meeting": 3, "told": 2},
    ),
)
async def call_off(
    relais: FromPath[int],
    event: FromPath[int],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Cancel a meeting, and tell whoever was to come."""
    await meeting.one(fitting(event), fitting(relais))

    async def work(keep: Keep[Told]) -> Told:
        async with transaction():
            answer = Told(event, await meeting.cancel(event, relais, HERSELF, now))
            await keep(answer)
        return answer

    return await api.once(request, work)


def _email(told: str) -> str:
    try:
        return accounts.email_of(told)
    except Refused:
        words = "Écrivez une adresse comme prenom.nom@exemple.fr."
        raise Invalid(Wrong(words, "/email")) from None


ROUTES = [letter, watch, listing, announce, call_off]
