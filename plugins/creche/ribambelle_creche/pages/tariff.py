"""What an hour at the crèche costs: worked through for anybody, pre-filled for a family."""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from ribambelle import forms
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle_creche.domain.dossier import Care, Dossier, Home, Resources, Week, half_days
from ribambelle_creche.domain.tariff import COLLECTIVE, Asked, Price, cents, price
from ribambelle_creche.forms import in_cents
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.pricing import shipped
from ribambelle_creche.queries import applications

HALF_DAY = 5
"""Hours counted for a half-day of a file, until a contract says which."""
WEEKS = 46
HOURS = "Écrivez un nombre d’heures, par exemple 35 ou 32,5."


class TariffForm(msgspec.Struct, frozen=True):
    """What a price depends on, as it is typed."""

    ressources: Annotated[str, Meta(max_length=20)] = ""
    enfants: Annotated[int, Meta(ge=1, le=20)] = 1
    aeeh: Annotated[int, Meta(ge=0, le=20)] = 0
    heures: Annotated[str, Meta(max_length=10)] = "40"
    semaines: Annotated[int, Meta(ge=1, le=52)] = WEEKS
    jour: date | None = None
    type: Annotated[str, Meta(max_length=20)] = COLLECTIVE


@dataclass(frozen=True)
class TariffPage:
    """The form as it stands, and the price when everything could be read."""

    form: forms.Bound[TariffForm] | None
    told: TariffForm
    kinds: list[tuple[str, str]]
    price: Price | None = None
    number: int = 0
    file: Any = field(default=None)

    @property
    def monthly_cents(self) -> int:
        """The resources of a month, to the cent."""
        return cents(self.price.monthly) if self.price else 0

    @property
    def counted_cents(self) -> int:
        """The resources counted, between floor and ceiling."""
        return cents(self.price.counted) if self.price else 0

    @staticmethod
    def rate(millionths: int) -> str:
        """Return a rate as the national table writes it.

        >>> TariffPage.rate(619)
        '0,0619 %'
        """
        return f"{millionths / 10_000:.4f} %".replace(".", ",")

    @property
    def hours(self) -> str:
        """The hours of a month, two decimals."""
        shown = cents(self.price.hours * 100) if self.price else 0
        return f"{shown // 100},{shown % 100:02}"


@get("/creche/tarif", name="creche.tariff", guards=[guards.public], indexed=True)
async def tariff(request: Request[Any, Any, Any], tenant: NamedDependency[Tenant]) -> Page:
    """Work a price through, from what a visitor types; nothing is kept."""
    today = tenant.now().date()
    if not request.query_params:
        told = TariffForm(jour=today)
        return Page("creche/public/tariff.html", TariffPage(None, told, shipped().kinds()))
    typed = {name: str(request.query_params.get(name, "")) for name in NAMES}
    typed = {name: value for name, value in typed.items() if name not in PARTS or value}
    bound = checked(forms.bind(TariffForm, typed))
    if bound.struct is None:
        page = TariffPage(bound, TariffForm(jour=today), shipped().kinds())
        return Page("creche/public/tariff.html", page, status=422)
    told = replace_day(bound.struct, today)
    return Page("creche/public/tariff.html", worked(told, bound))


PARTS = ("jour_day", "jour_month", "jour_year")
NAMES = ("ressources", "enfants", "aeeh", "heures", "semaines", "type", *PARTS)


def replace_day(told: TariffForm, today: date) -> TariffForm:
    """Return a form with its day; today when none was typed."""
    return msgspec.structs.replace(told, jour=told.jour or today)


def checked(bound: forms.Bound[TariffForm]) -> forms.Bound[TariffForm]:
    """Return the form with what only a rule can see: amounts, hours, dates before the tables."""
    if bound.partial is None:
        return bound
    told, wrong = bound.told, dict(bound.errors)
    if told.ressources and not in_cents(told.ressources):
        wrong["ressources"] = "Écrivez un montant en euros, par exemple 36000 ou 36 000,50."
    if minutes(told.heures) is None:
        wrong.setdefault("heures", HOURS)
    if told.jour and told.jour < shipped().first_day:
        wrong["jour"] = f"Le barème commence le 1er janvier {shipped().first_day.year}."
    if told.type not in dict(shipped().kinds()):
        wrong["type"] = "Choisissez une des réponses proposées."
    return bound.wrong(**wrong)


def minutes(typed: str) -> int | None:
    """Return hours typed as minutes, a week at most; None when they make no sense.

    >>> minutes("32,5"), minutes("35 h"), minutes("200"), minutes("x")
    (1950, 2100, None, None)
    """
    hundredths = in_cents(typed.replace("h", ""))
    if not hundredths or int(hundredths) > 168_00:
        return None
    return cents(Fraction(int(hundredths) * 60, 100))


def worked(told: TariffForm, bound: forms.Bound[TariffForm] | None) -> TariffPage:
    """Return the price of a form that can be read."""
    known, annual = shipped(), in_cents(told.ressources)
    asked = Asked(
        day=told.jour or known.first_day,
        children=told.enfants,
        annual_cents=int(annual) if annual else None,
        minutes_a_week=minutes(told.heures) or 0,
        weeks_a_year=told.semaines,
        aeeh=told.aeeh,
        kind=told.type,
    )
    return TariffPage(bound, told, known.kinds(), price(known, asked))


@get(
    "/creche/demandes/{number:int}/tarif",
    name="creche.file_tariff",
    reads="creche.application:{number}",
    told="Estimer le prix d’une place à partir d’une demande",
    guards=[filer],
)
async def of_file(
    number: FromPath[int], person: NamedDependency[Person], tenant: NamedDependency[Tenant]
) -> Page:
    """Work a price through from what a file declares; no amount travels in an address."""
    file = await applications.mine(person, number)
    page = worked(declared(file.dossier, tenant.now().date()), None)
    return Page("creche/public/tariff.html", replace(page, number=number, file=file))


def declared(dossier: Dossier, today: date) -> TariffForm:
    """Return the form that a file fills in: resources, children, AEEH, hours and weeks.

    The child who is asked for counts as dependent, even still to be born.

    >>> told = declared(Dossier(week=Week(1023), resources=Resources(annual_resources_cents=100)),
    ...                 date(2027, 3, 1))
    >>> told.heures, told.enfants, told.ressources
    ('50', 1, '1,00')
    """
    home, care = dossier.home or Home(), dossier.care or Care()
    resources_cents = (dossier.resources or Resources()).annual_resources_cents
    children = (home.dependent_children or 0) + bool(dossier.child and dossier.child.is_expected)
    amount = (
        "" if resources_cents is None else f"{resources_cents // 100},{resources_cents % 100:02}"
    )
    return TariffForm(
        ressources=amount,
        enfants=max(1, children),
        aeeh=int(home.has_aeeh),
        heures=str(HALF_DAY * half_days(dossier.week or Week())),
        semaines=care.weeks_per_year or WEEKS,
        jour=today,
    )


ROUTES = [tariff, of_file]
