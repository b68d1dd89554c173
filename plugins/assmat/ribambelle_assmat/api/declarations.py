"""What a program declares to the PMI for a childminder: cares, and what changes at home."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
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
from ribambelle.web import guards
from ribambelle_assmat import caring
from ribambelle_assmat.caring import AHEAD, BEHIND, Begun
from ribambelle_assmat.domain.slots import BIT, mask_of
from ribambelle_assmat.queries import cares, directory
from ribambelle_assmat.refreshing import HERSELF

ROOT = "/api/v1/assmat/childminders/{childminder:int}"
DECLARE = guards.Scoped("assmat:declare")
Name = Annotated[str, Meta(min_length=1, max_length=80)]
BEGUN = {
    **{"given_name": "Zoé", "born_on": "2026-03-14", "guardian": "Anne Payet"},
    **{"began_on": "2026-12-01", "planning": "regular", "moments": ["mon-morning"]},
}


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


class CareCorrected(CareBegun, frozen=True):
    """A care as it should have been declared; its last day, when it is ended already."""

    ended_on: date | None = None


class Noticed(msgspec.Struct, frozen=True):
    """What changes: a move, the household, or what the register says wrong; today without a day."""

    kind: Literal["move", "household", "error"]
    words: Annotated[str, Meta(min_length=1, max_length=2000)]
    day: date | None = None


class Receipt(msgspec.Struct, frozen=True):
    """The receipt of a declaration, with its number as she and the PMI read it."""

    childminder: int
    statement: int
    number: str


@post(
    f"{ROOT}/cares",
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
        asked=BEGUN,
    ),
)
async def begin_care(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Declare a care that begins."""
    told = _begun(await api.body(request, CareBegun), now.date())
    one = await directory.one(fitting(childminder))
    if one.is_gone:
        raise NotYours
    return await _declared(request, one.id, lambda: caring.start(HERSELF, one.id, told, now))


@put(
    f"{ROOT}/cares/{{care:int}}/end",
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
    told, her = await api.body(request, CareEnded), fitting(childminder)
    await caring.hers(her, fitting(care))
    return await _declared(request, her, lambda: caring.end(HERSELF, her, care, told.ended_on, now))


@put(
    f"{ROOT}/cares/{{care:int}}",
    name="api.assmat.correct_care",
    told="Corriger un accueil déclaré",
    guards=[DECLARE],
    status_code=200,
    api=api.Operation(
        "L’accueil tel qu’il aurait dû être déclaré, en entier. Le nouveau reçu garde ce qu’il était. "
        "`ended_on` corrige son dernier jour, s’il est déjà terminé.",
        Receipt,
        {"childminder": 12, "statement": 33, "number": "2026-00033"},
        body=CareCorrected,
        asked=BEGUN,
    ),
)
async def correct_care(
    childminder: FromPath[int],
    care: FromPath[int],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Correct what was declared: what it was stays on the new receipt."""
    said, her = await api.body(request, CareCorrected), fitting(childminder)
    told, row = _begun(said, now.date()), await caring.hers(her, fitting(care))
    if said.ended_on and row.ended_on is None:
        raise Invalid(Wrong("Cet accueil dure encore : déclarez d’abord sa fin.", "/ended_on"))
    return await _declared(
        request, her, lambda: caring.correct(HERSELF, her, care, told, said.ended_on, now)
    )


@delete(
    f"{ROOT}/cares/{{care:int}}",
    name="api.assmat.cancel_care",
    told="Annuler un accueil déclaré par erreur",
    guards=[DECLARE],
    status_code=200,
    api=api.Operation(
        "L’accueil ne compte plus, et n’est plus lu : un reçu suit, qui dit ce qu’il était.",
        Receipt,
        {"childminder": 12, "statement": 34, "number": "2026-00034"},
    ),
)
async def cancel_care(
    childminder: FromPath[int],
    care: FromPath[int],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Cancel what was declared by mistake."""
    her, number = fitting(childminder), fitting(care)
    return await _declared(request, her, lambda: caring.cancel(HERSELF, her, number, now))


@post(
    f"{ROOT}/statements",
    name="api.assmat.tell",
    told="Prévenir la PMI d’un déménagement, d’un changement ou d’une erreur",
    guards=[DECLARE],
    status_code=200,
    api=api.Operation(
        "`move` : elle déménage ; `household` : son foyer change ; `error` : le registre se trompe. "
        "`day` est le jour du changement, aujourd’hui sans réponse. La PMI le lit, et l’assistante "
        "maternelle reçoit le reçu.",
        Receipt,
        {"childminder": 12, "statement": 35, "number": "2026-00035"},
        body=Noticed,
        asked={"kind": "move", "day": "2027-01-04", "words": "Nous emménageons 4 rue du Lavoir."},
    ),
)
async def tell(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Tell the PMI what changes."""
    told = await api.body(request, Noticed)
    words, day = told.words.strip(), told.day or now.date()
    if not words:
        raise Invalid(Wrong("Écrivez ce que la PMI doit savoir.", "/words"))
    one = await directory.one(fitting(childminder))
    if one.is_gone:
        raise NotYours
    return await _declared(
        request, one.id, lambda: caring.tell(HERSELF, one.id, told.kind, day, words, now)
    )


async def _declared(
    request: Request[Any, Any, Any], childminder: int, declare: Callable[[], Awaitable[int]]
) -> Response[bytes]:
    """Declare once, whatever the times it is sent, and answer the receipt; say what refuses it."""

    async def work(keep: Keep[Receipt]) -> Receipt:
        async with transaction():
            try:
                statement = await declare()
            except Refused as refusal:
                if refusal.reason not in REFUSALS:
                    raise
                pointer = "" if refusal.reason == "same" else "/ended_on"
                raise Invalid(Wrong(REFUSALS[refusal.reason], pointer)) from None
            row = await cares.statement(childminder, statement)
            answer = Receipt(childminder, statement, caring.number_of(row))
            await keep(answer)
        return answer

    return await api.once(request, work)


REFUSALS = {
    "ended": "Cet accueil est déjà terminé : l’assistante maternelle peut corriger sa date.",
    "end_too_far": "Écrivez un jour dans l’année qui vient.",
    "end_before_start": "Le dernier jour ne peut pas être avant le premier.",
    "same": "Rien n’a changé : envoyez l’accueil tel qu’il aurait dû être déclaré.",
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


ROUTES = [begin_care, end_care, correct_care, cancel_care, tell]
