"""A childminder's own pages: what she says of herself, her places, and what the public sees."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from ribambelle import forms
from ribambelle.errors import NotYours
from ribambelle.forms import Bound
from ribambelle.identity import Person, accounts
from ribambelle.web import formats
from ribambelle.web.guards import Holding
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_assmat import declaring, picture, validating
from ribambelle_assmat.declaring import Availability, Profile
from ribambelle_assmat.domain.accreditation import PLACES, words
from ribambelle_assmat.domain.availability import STATES
from ribambelle_assmat.domain.home import LANGUAGES, PETS, SMOKE, Home
from ribambelle_assmat.domain.publication import CARES, CONSENTS, CONTACTS, unsaid
from ribambelle_assmat.domain.slots import DAYS, MOMENTS, keys_of, mask_of
from ribambelle_assmat.pages.public import SHAPES, ChildminderPage
from ribambelle_assmat.queries import directory
from ribambelle_assmat.queries.directory import ROLE, SCOPE, One, OnePlace
from ribambelle_assmat.settings import believed_days

SPACE = "/assmat/espace"
SPOKEN = [(code, name.capitalize()) for code, name in LANGUAGES.items()]
herself = Holding(ROLE, "agent", "admin")
Text = Annotated[str, msgspec.Meta(max_length=120)]
Phone = Annotated[str, msgspec.Meta(max_length=20)]


class ProfileForm(msgspec.Struct, frozen=True):
    """What she says of herself."""

    consents: tuple[str, ...] = ()
    cares: tuple[str, ...] = ()
    mobile: Phone = ""
    phone: Phone = ""
    email: Text = ""
    call_hours: Text = ""
    only_when_free: str = ""
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    urgent_words: Annotated[str, msgspec.Meta(max_length=300)] = ""
    pets: str = ""
    pets_words: Text = ""
    smoke: str = ""
    languages: tuple[str, ...] = ()


class PlaceForm(msgspec.Struct, frozen=True):
    """What she says of one place."""

    state: str = ""
    opens: date | None = None
    moments: tuple[str, ...] = ()
    takes_urgent: str = ""
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""


async def mine(person: Person, number: int) -> One:
    """Return a childminder her own account keeps, or any for an agent; else she does not exist."""
    if not person.holds("agent", "admin") and number not in person.numbers(ROLE, SCOPE):
        raise NotYours
    return await directory.one(number)


@dataclass(frozen=True)
class SpacePage:
    """Her pages."""

    one: One
    today: date
    form: Bound[ProfileForm] | None = None
    wrong: tuple[int, Bound[PlaceForm]] | None = None
    why_hidden: str = ""
    photo: str = ""
    """Code of her picture; empty when there is none."""
    cares: list[tuple[str, str]] = field(default_factory=lambda: list(CARES.items()))
    pets: list[tuple[str, str]] = field(default_factory=lambda: list(PETS.items()))
    smoke: list[tuple[str, str]] = field(default_factory=lambda: list(SMOKE.items()))
    languages: list[tuple[str, str]] = field(default_factory=lambda: SPOKEN)
    states: list[tuple[str, str]] = field(default_factory=lambda: list(STATES.items()))
    days: tuple[tuple[str, str, str], ...] = DAYS
    moments: tuple[tuple[str, str, str], ...] = MOMENTS
    shapes: dict[str, tuple[str, str]] = field(default_factory=lambda: SHAPES)
    words_of: dict[str, str] = field(default_factory=lambda: STATES)
    places: dict[str, str] = field(default_factory=lambda: PLACES)

    @property
    def consents(self) -> list[tuple[str, str, str]]:
        """What she may agree to show, and since when she does."""
        days = self.one.agreed_on
        return [
            (
                *(code, label),
                f"Depuis le {formats.jour_du_mois(days[code], True)}" if code in days else "",
            )
            for code, label in CONSENTS.items()
        ]

    @property
    def address(self) -> str:
        """Where her pages are."""
        return f"{SPACE}/{self.one.id}"

    @property
    def accreditation(self) -> str:
        """Where her accreditation stands."""
        return words(self.one.accreditation, self.today)

    def form_of(self, place: OnePlace) -> Bound[PlaceForm] | None:
        """What was typed for a place, when it was wrong."""
        return self.wrong[1] if self.wrong and self.wrong[0] == place.id else None

    def chosen(self, place: OnePlace) -> list[str]:
        """The moments she said."""
        return keys_of(place.moments)


@get(
    SPACE,
    name="assmat.space",
    told="Ouvrir sa fiche d’assistante maternelle",
    guards=[herself],
)
async def own(person: NamedDependency[Person]) -> Redirect:
    """Go to her own page, or to the register for an agent."""
    numbers = person.numbers(ROLE, SCOPE)
    if not numbers:
        return Redirect("/bureau/assmat", status_code=303)
    return Redirect(f"{SPACE}/{numbers[0]}", status_code=303)


@get(
    f"{SPACE}/{{childminder:int}}",
    name="assmat.own",
    told="Voir ce que l’on dit de soi et de ses places",
    guards=[herself],
)
async def space(
    childminder: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show what she says, place by place, and where her accreditation stands."""
    one, why = await mine(person, childminder), await validating.why_hidden(childminder)
    photo = await picture.code_of(childminder)
    page = SpacePage(one, now.date(), why_hidden=why, photo=photo)
    return Page("assmat/space.html", page)


@get(
    f"{SPACE}/{{childminder:int}}/apercu",
    name="assmat.preview",
    told="Voir sa fiche comme le public la voit",
    guards=[herself],
)
async def preview(
    childminder: FromPath[int], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    """Show her page as the public sees it, even before it is public."""
    one, today = await mine(person, childminder), now.date()
    code = await picture.code_of(childminder) if "photo" in one.consents else ""
    photo = f"{SPACE}/{childminder}/photo/{code}" if code else ""
    page = ChildminderPage(one, one.public(today), today, preview=True, photo=photo)
    return Page("assmat/childminder.html", page)


def _home(told: ProfileForm) -> Home:
    """Return what she says of her home; which animals only if there are some."""
    pets = told.pets if told.pets in PETS else ""
    return Home(
        pets,
        told.pets_words.strip() if pets == "some" else "",
        told.smoke if told.smoke in SMOKE else "",
        tuple(code for code in LANGUAGES if code in told.languages),
    )


@post(
    f"{SPACE}/{{childminder:int}}/fiche",
    name="assmat.profile",
    told="Dire ce que l’on propose, et ce qui est montré",
    guards=[herself],
)
async def profile(
    childminder: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write what she says of herself."""
    one = await mine(person, childminder)
    form = await forms.read(request, ProfileForm)
    told = form.told
    chosen = [code for code in CONSENTS if code in told.consents]
    home = _home(told)
    said = (told.mobile.strip(), told.phone.strip(), told.email.strip())
    empty = {
        name: f"{'Écrivez' if name in CONTACTS else 'Dites'}-le, ou décochez « {CONSENTS[name]} »."
        for name in unsaid(chosen, (*said, home.pets, home.smoke, home.languages))
    }
    if told.email.strip() and not accounts.is_email(told.email):
        empty["email"] = "Écrivez une adresse comme prenom.nom@exemple.fr."
    if form.errors or empty:
        photo = await picture.code_of(childminder)
        page = SpacePage(one, now.date(), form.wrong(**empty), photo=photo)
        return Page("assmat/space.html", page, status=422)
    await declaring.profile(
        person,
        childminder,
        Profile(
            tuple(chosen),
            tuple(code for code in CARES if code in told.cares),
            *said,
            told.call_hours.strip(),
            told.only_when_free == "oui",
            told.words.strip(),
            home,
            told.urgent_words.strip() if "urgent" in told.cares else "",
        ),
        now,
    )
    seen.tell("ok", "C’est enregistré. Voyez l’aperçu : c’est ce que lisent les familles.")
    return Redirect(f"{SPACE}/{childminder}", status_code=303)


@post(
    f"{SPACE}/{{childminder:int}}/places/{{place:int}}",
    name="assmat.place",
    told="Dire si une place est libre",
    guards=[herself],
)
async def place(
    childminder: FromPath[int],
    place: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Write what she says of a place: confirmed from today."""
    one = await mine(person, childminder)
    if place not in {each.id for each in one.places}:
        raise NotYours
    form = await forms.read(request, PlaceForm)
    told, wrong = form.told, {}
    if told.state not in STATES:
        wrong["state"] = "Choisissez où en est cette place."
    if told.state == "later" and told.opens is None and "opens" not in form.errors:
        wrong["opens"] = "Écrivez à partir de quel jour la place est libre."
    if form.errors or wrong:
        photo = await picture.code_of(childminder)
        page = SpacePage(one, now.date(), wrong=(place, form.wrong(**wrong)), photo=photo)
        return Page("assmat/space.html", page, status=422)
    await declaring.availability(
        person,
        childminder,
        place,
        Availability(
            *(told.state, told.opens, mask_of(told.moments), told.note.strip()),
            told.takes_urgent == "oui",
        ),
        now,
    )
    lasts = f"Sans nouvelle, c’est oublié dans {believed_days()} jours."
    seen.tell("ok", f"C’est noté, confirmé aujourd’hui. {lasts}")
    return Redirect(f"{SPACE}/{childminder}", status_code=303)


ROUTES = [own, space, preview, profile, place]
