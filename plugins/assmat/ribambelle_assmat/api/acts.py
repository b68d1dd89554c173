"""What a program may do for somebody of the directory: write, be alerted, declare, announce, decide."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from ribambelle import api
from ribambelle.api.paging import LARGEST
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts, limits
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle_assmat import caring, contacting, meeting, registering, saving, validating
from ribambelle_assmat.caring import AHEAD, BEHIND, Begun
from ribambelle_assmat.contacting import Letter
from ribambelle_assmat.domain.slots import BIT, mask_of
from ribambelle_assmat.pages.contacting import writable
from ribambelle_assmat.queries import cares, directory
from ribambelle_assmat.queries.relais import all_relais
from ribambelle_assmat.refreshing import HERSELF
from ribambelle_assmat.tables import Event

ROOT = "/api/v1/assmat"
CONTACT, DECLARE = guards.Scoped("assmat:contact"), guards.Scoped("assmat:declare")
DECIDE, ANNOUNCE = guards.Scoped("assmat:decide"), guards.Scoped("assmat:announce")
PMI = guards.Scoped("assmat:pmi")
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


class CareBegun(msgspec.Struct, frozen=True):
    """A care that begins."""

    given_name: Name
    born_on: date
    guardian: Name
    began_on: date
    planning: Literal["regular", "variable"]
    moments: Annotated[list[Annotated[str, Meta(max_length=16)]], Meta(max_length=42)] = []


class CareEnded(msgspec.Struct, frozen=True):
    """The last day of a care."""

    ended_on: date


class Receipt(msgspec.Struct, frozen=True):
    """The receipt of a declaration, with its number as she and the PMI read it."""

    childminder: int
    statement: int
    number: str


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


class Brought(msgspec.Struct, frozen=True):
    """One register that was sent: how many lines end each way, and the first refused."""

    id: int
    sent_at: datetime
    is_done: bool
    counts: dict[str, int]
    refused: list[tuple[int, str]]


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
    one = await writable(_fitting(childminder), now.date())
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
    one = await directory.one(_fitting(childminder))

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
    f"{ROOT}/childminders/{{childminder:int}}/cares",
    name="api.assmat.begin_care",
    told="Déclarer le début d’un accueil",
    guards=[DECLARE],
    status_code=200,
    api=api.Operation(
        "La PMI le lit, et l’assistante maternelle reçoit le reçu. Le même accueil déclaré deux fois "
        "n’en fait qu’un. Un accueil régulier dit ses moments.",
        Receipt,
        {"childminder": 12, "statement": 31, "number": "2026-00031"},
        body=CareBegun,
        asked={
            **{"given_name": "Zoé", "born_on": "2026-03-14", "guardian": "Anne Payet"},
            **{"began_on": "2026-12-01", "planning": "regular", "moments": ["mon-morning"]},
        },
    ),
)
async def begin_care(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Declare a care that begins."""
    told = _begun(await api.body(request, CareBegun), now.date())
    one = await directory.one(_fitting(childminder))
    if one.is_gone:
        raise NotYours

    async def work(keep: Keep[Receipt]) -> Receipt:
        async with transaction():
            answer = await _receipt(one.id, await caring.start(HERSELF, one.id, told, now))
            await keep(answer)
        return answer

    return await api.once(request, work)


@put(
    f"{ROOT}/childminders/{{childminder:int}}/cares/{{care:int}}/end",
    name="api.assmat.end_care",
    told="Déclarer la fin d’un accueil",
    guards=[DECLARE],
    status_code=200,
    api=api.Operation(
        "Le dernier jour de l’accueil, une fois pour toutes : un reçu suit.",
        Receipt,
        {"childminder": 12, "statement": 32, "number": "2026-00032"},
        body=CareEnded,
        asked={"ended_on": "2026-12-18"},
    ),
)
async def end_care(
    childminder: FromPath[int],
    care: FromPath[int],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Declare the last day of a care."""
    told, her = await api.body(request, CareEnded), _fitting(childminder)
    await caring.hers(her, _fitting(care))

    async def work(keep: Keep[Receipt]) -> Receipt:
        async with transaction():
            try:
                number = await caring.end(HERSELF, her, care, told.ended_on, now)
            except Refused as refusal:
                raise Invalid(Wrong(ENDS[refusal.reason], "/ended_on")) from None
            answer = await _receipt(her, number)
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
    await meeting.one(_fitting(event), _fitting(relais))

    async def work(keep: Keep[Told]) -> Told:
        async with transaction():
            answer = Told(event, await meeting.cancel(event, relais, HERSELF, now))
            await keep(answer)
        return answer

    return await api.once(request, work)


@get(
    f"{ROOT}/registers",
    name="api.assmat.registers",
    told="Lire ce que les derniers registres ont changé",
    guards=[PMI],
    api=api.Operation(
        "Les derniers registres des agréments reçus (au bureau, la nuit ou par la commande), le plus "
        "récent d’abord : ce que chacun a changé, et les lignes refusées. Le registre lui-même "
        "s’envoie par fichier, chaque nuit : il est trop long pour une requête.",
        api.Listed[Brought],
        {
            "data": [
                {
                    **{"id": 4, "sent_at": "2026-11-25T03:00:00+01:00", "is_done": True},
                    "counts": {"new": 2, "changed": 5, "same": 1490, "gone": 1, "refused": 1},
                    "refused": [[17, "Date de fin illisible."]],
                }
            ],
            "next": None,
        },
    ),
)
async def registers(tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Answer the registers that were sent, and what they changed."""
    rows = []
    for one in await registering.last():
        seen = await registering.seen(int(one.id))
        rows.append(
            Brought(
                *(int(one.id), one.created_at.astimezone(tenant.zone), one.done_at is not None),
                *(dict(seen.counts), [(line, why) for line, why in seen.refused[:100]]),
            )
        )
    return api.said(api.Listed(rows))


ENDS = {
    "ended": "Cet accueil est déjà terminé : l’assistante maternelle peut corriger sa date.",
    "end_before_start": "Le dernier jour ne peut pas être avant le premier.",
}


def _begun(told: CareBegun, today: date) -> Begun:
    """Return a care as it is declared; refuse days and moments that cannot be."""
    wrong = [
        Wrong("Ce moment n’existe pas : écrivez par exemple mon-morning.", f"/moments/{rank}")
        for rank, key in enumerate(told.moments)
        if key not in BIT
    ]
    if told.born_on > today:
        wrong.append(Wrong("Cet enfant n’est pas né.", "/born_on"))
    if not today - BEHIND <= told.began_on <= today + AHEAD:
        wrong.append(Wrong("Le premier jour est trop loin d’aujourd’hui.", "/began_on"))
    if told.began_on < told.born_on:
        wrong.append(Wrong("L’accueil commencerait avant la naissance.", "/began_on"))
    if told.planning == "regular" and not told.moments:
        wrong.append(Wrong("Dites les moments où l’enfant est là.", "/moments"))
    if wrong:
        raise Invalid(*wrong)
    return Begun(
        *(told.given_name.strip(), told.born_on, told.guardian.strip(), told.began_on),
        *(told.planning, mask_of(told.moments)),
    )


async def _receipt(childminder: int, statement: int) -> Receipt:
    row = await cares.statement(childminder, statement)
    return Receipt(childminder, statement, caring.number_of(row))


def _email(told: str) -> str:
    try:
        return accounts.email_of(told)
    except Refused:
        words = "Écrivez une adresse comme prenom.nom@exemple.fr."
        raise Invalid(Wrong(words, "/email")) from None


def _fitting(number: int) -> int:
    if not 0 < number <= LARGEST:
        raise NotYours
    return number


ROUTES = [
    *(letter, watch, listing, begin_care, end_care),
    *(announce, call_off, registers),
]
