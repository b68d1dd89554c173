"""What a program says of a childminder for her: her page, what she agrees to, her meetings."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from ribambelle import api
from ribambelle.api.paging import fitting
from ribambelle.api.reading import Invalid, Wrong
from ribambelle.api.writing import Keep
from ribambelle.database import transaction
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import accounts
from ribambelle.web import guards
from ribambelle_assmat import declaring, meeting
from ribambelle_assmat.api import noted
from ribambelle_assmat.domain.events import WORDS
from ribambelle_assmat.domain.home import LANGUAGES, Home
from ribambelle_assmat.domain.publication import CARES, CONSENTS, unsaid
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import One
from ribambelle_assmat.refreshing import HERSELF

ROOT = "/api/v1/assmat/childminders/{childminder:int}"
PROFILE = guards.Scoped("assmat:profile")
Codes = Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=60)]
Phone = Annotated[str, Meta(max_length=20)]
Text = Annotated[str, Meta(max_length=120)]


class Profile(msgspec.Struct, frozen=True):
    """All she says of herself, and what she agrees to show: written whole, nothing is left as it was."""

    consents: Codes
    cares: Codes
    mobile: Phone
    phone: Phone
    email: Text
    call_hours: Text
    only_when_free: bool
    words: Annotated[str, Meta(max_length=2000)]
    urgent_words: Annotated[str, Meta(max_length=300)]
    pets: Literal["", "none", "some"]
    pets_words: Text
    smoke: Literal["", "free", "some"]
    languages: Codes


class Kept(msgspec.Struct, frozen=True):
    """What she says of herself, since when she agrees to each thing, and whether she is listed."""

    childminder: int
    is_listed: bool
    agreed_on: dict[str, date]
    profile: Profile


class Attending(msgspec.Struct, frozen=True):
    """Whether a childminder comes to a meeting."""

    childminder: int
    meeting: int
    is_registered: bool


SAID = {
    **{"consents": ["form", "listed"], "cares": ["part_time"], "mobile": "0699000001"},
    **{"phone": "", "email": "nadia@exemple.fr", "call_hours": "après 18 h"},
    **{"only_when_free": False, "words": "Un jardin clos.", "urgent_words": "", "pets": "none"},
    **{"pets_words": "", "smoke": "free", "languages": ["ar", "fr"]},
}
KEPT = {
    **{"childminder": 12, "is_listed": True, "profile": SAID},
    "agreed_on": {"form": "2026-11-25", "listed": "2026-11-25"},
}


@get(
    f"{ROOT}/profile",
    name="api.assmat.profile",
    told="Lire la fiche d’une assistante maternelle, telle qu’elle la tient",
    guards=[PROFILE],
    api=api.Operation(
        "Tout ce qu’elle dit d’elle-même, montré ou non, et ce qu’elle accepte de montrer : `consents`, "
        "avec le jour de chaque accord. Ce que les familles voient se lit sans `/profile`. Chaque "
        "lecture est journalisée.",
        Kept,
        KEPT,
    ),
)
async def look(childminder: FromPath[int]) -> Response[bytes]:
    """Answer what she says of herself: the reading is kept."""
    one = await directory.one(fitting(childminder))
    await noted.reading(one.id)
    return api.said(_kept(one))


@put(
    f"{ROOT}/profile",
    name="api.assmat.write_profile",
    told="Tenir la fiche d’une assistante maternelle, et ce qu’elle accepte de montrer",
    guards=[PROFILE],
    status_code=200,
    api=api.Operation(
        "Remplace sa fiche en entier : lisez-la, changez ce qui change, renvoyez tout. Un accord qui "
        "n’est plus dans `consents` est retiré aussitôt ; celui qui y reste garde son jour. Ce "
        "qu’elle accepte de montrer doit être dit. Le registre ne touche jamais à cette fiche.",
        Kept,
        KEPT,
        body=Profile,
        asked=SAID,
    ),
)
async def write(
    childminder: FromPath[int], request: Request[Any, Any, Any], now: NamedDependency[datetime]
) -> Response[bytes]:
    """Write what she says of herself, once whatever the times it is sent."""
    told = checked(await api.body(request, Profile))
    one = await directory.one(fitting(childminder))
    if one.is_gone:
        raise NotYours

    async def work(keep: Keep[Kept]) -> Kept:
        async with transaction():
            await declaring.profile(HERSELF, one.id, told, now)
            answer = _kept(await directory.one(one.id))
            await keep(answer)
        return answer

    return await api.once(request, work)


def checked(told: Profile) -> declaring.Profile:
    """Return what she says as it is kept; refuse unknown codes, and what is shown but not said."""
    wrong = [
        Wrong(f"« {code} » n’existe pas. Possibles : {', '.join(known)}.", f"/{name}/{rank}")
        for name, codes, known in (
            ("consents", told.consents, CONSENTS),
            ("cares", told.cares, CARES),
            ("languages", told.languages, LANGUAGES),
        )
        for rank, code in enumerate(codes)
        if code not in known
    ]
    said = (told.mobile.strip(), told.phone.strip(), told.email.strip())
    empty = unsaid(told.consents, (*said, told.pets, told.smoke, told.languages))
    wrong += [
        Wrong(f"Dites-le, ou retirez « {name} » de `consents`.", f"/{name}") for name in empty
    ]
    if said[2] and not accounts.is_email(said[2]):
        wrong.append(Wrong("Écrivez une adresse comme prenom.nom@exemple.fr.", "/email"))
    if wrong:
        raise Invalid(*wrong)
    return declaring.Profile(
        tuple(told.consents),
        tuple(told.cares),
        *said,
        told.call_hours.strip(),
        told.only_when_free,
        told.words.strip(),
        Home(
            told.pets,
            told.pets_words.strip() if told.pets == "some" else "",
            told.smoke,
            tuple(told.languages),
        ),
        told.urgent_words.strip() if "urgent" in told.cares else "",
    )


@put(
    f"{ROOT}/meetings/{{event:int}}",
    name="api.assmat.attend",
    told="Inscrire une assistante maternelle à une rencontre de son relais",
    guards=[PROFILE],
    status_code=200,
    api=api.Operation(
        "Prend une place à une rencontre du relais dont elle dépend ; deux fois, c’est une. Une "
        "rencontre complète, commencée ou annulée est refusée.",
        Attending,
        {"childminder": 12, "meeting": 3, "is_registered": True},
    ),
)
async def attend(
    childminder: FromPath[int], event: FromPath[int], request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Take a place at a meeting."""
    return await _attending(request, childminder, event, is_registered=True)


@delete(
    f"{ROOT}/meetings/{{event:int}}",
    name="api.assmat.leave",
    told="Retirer une assistante maternelle d’une rencontre",
    guards=[PROFILE],
    status_code=200,
    api=api.Operation(
        "Sa place est libre aussitôt ; retirée deux fois, c’est une.",
        Attending,
        {"childminder": 12, "meeting": 3, "is_registered": False},
    ),
)
async def leave(
    childminder: FromPath[int], event: FromPath[int], request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Give a place up."""
    return await _attending(request, childminder, event, is_registered=False)


async def _attending(
    request: Request[Any, Any, Any], childminder: int, event: int, *, is_registered: bool
) -> Response[bytes]:
    one = await directory.one(fitting(childminder))
    codes, number = await meeting.of_childminder(one.id), fitting(event)
    act = meeting.register if is_registered else meeting.withdraw

    async def work(keep: Keep[Attending]) -> Attending:
        answer = Attending(one.id, number, is_registered)
        async with transaction():
            try:
                await act(number, codes, one.id, HERSELF)
            except Refused as refusal:
                if refusal.reason not in WORDS:
                    raise
                raise Invalid(Wrong(WORDS[refusal.reason])) from None
            await keep(answer)
        return answer

    return await api.once(request, work)


def _kept(one: One) -> Kept:
    return Kept(
        one.id,
        one.is_listed,
        dict(one.agreed_on),
        Profile(
            consents=sorted(one.consents),
            cares=list(one.cares),
            mobile=one.told.mobile,
            phone=one.told.phone,
            email=one.told.email,
            call_hours=one.call_hours,
            only_when_free=one.only_when_free,
            words=one.words,
            urgent_words=one.urgent_words,
            pets=one.home.pets,  # type: ignore[arg-type]  # the form and this API write these codes alone
            pets_words=one.home.pets_words,
            smoke=one.home.smoke,  # type: ignore[arg-type]  # as above
            languages=list(one.home.languages),
        ),
    )


ROUTES = [look, write, attend, leave]
