"""« Pourquoi cette réponse ? »: what a family reads of the decision on its own file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from ribambelle.documents import pdf
from ribambelle.errors import NotYours
from ribambelle.identity import Person
from ribambelle.tenants import Tenant
from ribambelle.web import formats
from ribambelle.web.page import Page
from ribambelle_creche import answering
from ribambelle_creche.answering import Answer, Paths
from ribambelle_creche.calculation import MENTION, PAPER, calculation, printed
from ribambelle_creche.domain import anywhere, week
from ribambelle_creche.domain.admission.counterfactual import FEWER, MOST, NEARBY, Change
from ribambelle_creche.domain.admission.likelihood import BANDS, DECLINE_PERCENT
from ribambelle_creche.domain.age import LABELS
from ribambelle_creche.domain.commission import TO_THE_FAMILY
from ribambelle_creche.domain.grid import Line
from ribambelle_creche.domain.offers import is_elsewhere
from ribambelle_creche.domain.pins import REASONS
from ribambelle_creche.domain.why import Blocked, said
from ribambelle_creche.pages.filers import filer
from ribambelle_creche.queries import applications, facilities
from ribambelle_creche.queries.applications import Mine
from ribambelle_creche.settings import Settings
from ribambelle_creche.tables import Offer

APPEAL = "/creche/demandes/{number}/contester"
LEVELS = {"low": 1, "medium": 2, "high": 3}
KINDS = {"json": "application/json", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Place:
    """Where the family stands for one of its wishes."""

    facility: str
    position: int
    ahead: int
    chance: str
    level: int


@dataclass(frozen=True)
class Path:
    """One change that would have given a place: what, with what result, where it is made."""

    title: str
    told: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class WhyPage:
    """The answer to one file, and everything it comes from."""

    file: Mine
    answer: Answer | None
    names: Mapping[int, str] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    may_appeal: bool = False
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    mention: str = MENTION

    @property
    def days(self) -> tuple[tuple[str, str, str], ...]:
        """The days of a week, with Saturday when the file asks for it."""
        asked = (slot for _, one in self.blocked for slot in one.asked) if self.answer else ()
        return week.days(saturday=any(map(week.is_saturday, asked)))

    @property
    def summary(self) -> tuple[str, str]:
        """The answer in one or two sentences: the second is the one that counts."""
        assert self.answer
        answer = self.answer
        if self.since:
            return self._told_since(self.since[0])
        match answer.decision.outcome:
            case "offered":
                where = self.facility_of(answer.decision.option)
                first = answer.blocked[0] if answer.blocked else None
                full = (
                    f"{self.name(first.facility)} : pas de place pour tous vos jours."
                    if first
                    else ""
                )
                return full, f"{where} vous {'propose' if answer.offer else 'a proposé'} une place."
            case "not_examined":
                why = TO_THE_FAMILY.get(answer.examined.refusal, "") if answer.examined else ""
                return "", f"Votre demande n’a pas été examinée{f' : {why}' if why else ''}."
            case "refused":
                return "", "La commission ne propose pas de place. Elle a motivé sa décision."
            case _:
                return "Il n’y a pas de place pour vous cette fois.", "Vous restez sur la liste."

    @property
    def since(self) -> Sequence[Offer]:
        """The place it has now, when that came after the commission; one a child."""
        return self.answer.since if self.answer else ()

    @property
    def is_urgent(self) -> bool:
        """Tell whether that place was given at once, for some time: it waits for a lasting one."""
        return any(one.origin == "emergency" for one in self.since)

    def _told_since(self, one: Offer) -> tuple[str, str]:
        where = " et ".join(dict.fromkeys(row.facility.name for row in self.since))
        if self.is_urgent:
            until = f", jusqu’au {formats.jour_du_mois(one.until, True)}" if one.until else ""
            first = (
                f"Depuis la commission, une place vous a été donnée en urgence : {where}{until}."
            )
            return first, "Vous restez sur la liste." if self.file.lives else ""
        many = len(self.since) > 1
        freed = "Des places se sont libérées" if many else "Une place s’est libérée"
        is_live = one.state == "live"
        told = (
            f"Elle vous est proposée : {where}." if is_live else f"Vous l’avez acceptée : {where}."
        )
        if many:
            told = (
                f"Elles vous sont proposées : {where}."
                if is_live
                else f"Vous les avez acceptées : {where}."
            )
        return f"{freed} depuis la commission.", told

    @property
    def at_session(self) -> str:
        """What the commission itself answered, for a family that has had a place since."""
        assert self.answer
        match self.answer.decision.outcome:
            case "offered":
                return f"{self.facility_of(self.answer.decision.option)} vous a proposé une place."
            case "waiting":
                return "Il n’y avait pas de place pour vous."
            case _:
                examined = self.answer.examined
                why = TO_THE_FAMILY.get(examined.refusal, "") if examined else ""
                if self.answer.decision.outcome == "refused":
                    return "Elle n’a pas proposé de place, et a motivé sa décision."
                return f"Elle n’a pas examiné votre demande{f' : {why}' if why else ''}."

    @property
    def option(self) -> str:
        """The option of the place it has: as the commission gave it, or of the one that came since."""
        assert self.answer
        if not self.since:
            return self.answer.decision.option
        return self.since[0].option or f"{self.since[0].facility.id}/"

    def _has_since(self, child: int, facility: int) -> bool:
        """Tell whether a child has had a place in a crèche since the commission."""
        return any(one.child in (0, child) and one.facility.id == facility for one in self.since)

    def name(self, facility: int) -> str:
        """Return the name of a crèche."""
        return self.names.get(facility, "Une crèche")

    def facility_of(self, option: str) -> str:
        """Return the name of the crèche of an option."""
        facility, _, _ = option.partition("/")
        return self.name(int(facility)) if facility.isdecimal() else ""

    @property
    def wish(self) -> int:
        """Which wish was given, 1 for the preferred; 0 when it is none of them."""
        assert self.answer
        seen, facility = self.answer.seen, self.option.partition("/")[0]
        order = list(dict.fromkeys(one.facility for one in seen.options)) if seen else []
        if facility not in order or self.is_elsewhere:
            return 0
        return order.index(facility) + 1

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the place is in a crèche it did not name: it accepted any other."""
        assert self.answer
        if self.since:
            return is_elsewhere(self.since)
        asked, facility = self.answer.asked, self.option.partition("/")[0]
        return facility.isdecimal() and bool(asked.elsewhere) and int(facility) not in asked.wishes

    @property
    def elsewhere(self) -> str:
        """What became of the other crèches it accepted, in one line; nothing when it had a wish."""
        answer = self.answer
        if answer is None or not answer.asked.elsewhere or answer.held or answer.is_pinned:
            return ""
        tried = [one for one in answer.tried if not self._has_since(0, one)]
        return anywhere.told(tried, self.names) if tried or not answer.tried else ""

    @property
    def chance(self) -> tuple[int, str]:
        """The chance of any place at all, of a family that accepts any crèche."""
        band = self.answer.chance if self.answer else ""
        return LEVELS.get(band, 0), BANDS.get(band, "")

    @property
    def is_fallback(self) -> bool:
        """Tell whether a fallback week was given, and not the one wished."""
        assert self.answer
        rank = self.option.rpartition("/")[2].partition("@")[0]
        return rank.isdecimal() and int(rank) > 0

    @property
    def offered_week(self) -> str:
        """The half-days of the offer, in words."""
        assert self.answer
        assert self.answer.offer
        return week.words(self.answer.offer.slots)

    @property
    def given(self) -> list[Line]:
        """The criteria of the score, those that give nothing last."""
        assert self.answer
        here = [line for line in self.answer.trace if not any(line.here.values())]
        return sorted(here, key=lambda line: not line.points)

    @property
    def at_facilities(self) -> list[tuple[str, str, int]]:
        """What each crèche asked adds, criterion by criterion."""
        assert self.answer
        return [
            (line.label, self.name(facility), points)
            for line in self.answer.trace
            for facility, points in line.here.items()
            if points and facility in self.names
        ]

    @property
    def places(self) -> list[Place]:
        """Where the family stands, wish by wish, for the week wished there."""
        assert self.answer
        found: dict[str, Place] = {}
        for one in self.answer.standings:
            name = self.facility_of(one.option)
            place = Place(
                name,
                one.position,
                one.ahead,
                BANDS.get(one.chance, ""),
                LEVELS.get(one.chance, 0),
            )
            found.setdefault(name, place)
        return list(found.values())

    @property
    def standing_on(self) -> datetime:
        """The day the places on the list are of."""
        assert self.answer
        return max(one.computed_at for one in self.answer.standings)

    @property
    def draws(self) -> int:
        """How many draws the chances are from."""
        assert self.answer
        return max((one.draws for one in self.answer.standings), default=0)

    @property
    def decline_percent(self) -> int:
        """How many of a hundred offers are declined, in each draw."""
        return DECLINE_PERCENT

    @property
    def reason(self) -> str:
        """Why the commission decided against the order of points, for this file."""
        assert self.answer
        pin = self.answer.pin
        return REASONS.get(pin.reason, "") if pin else ""

    @property
    def parted(self) -> list[tuple[int, str]]:
        """Children placed apart who were not given the same: which one, where; empty for none."""
        children = self.answer.children if self.answer else []
        if len({one.held for one in children}) < 2:
            return []
        return [
            (rank, self.facility_of(one.held or "")) for rank, one in enumerate(children, start=1)
        ]

    @property
    def blocked(self) -> list[tuple[int, Blocked]]:
        """What stood in the way of each wish, and of which child when they were placed apart.

        The same reasons for all of them are said once, for none of them in particular. A crèche
        where the child has had a place since is not among them.
        """
        told = [
            [one for one in child.blocked if not self._has_since(rank, one.facility)]
            for rank, child in enumerate(self.answer.children if self.answer else [], start=1)
        ]
        if all(one == told[0] for one in told):
            return [(0, one) for one in told[0]] if told else []
        return [(rank, one) for rank, blocked in enumerate(told, start=1) for one in blocked]

    @property
    def least(self) -> int:
        """Which child the changes tried are for, when children were not given the same."""
        answer = self.answer
        assert answer
        if not self.parted:
            return 0
        return next(rank for rank, one in enumerate(answer.children, 1) if one.seen is answer.seen)


async def why_page(number: int, person: Person, tenant: Tenant, app: Litestar) -> WhyPage:
    """Return what a family reads of the answer to its file."""
    file = await applications.mine(person, number)
    answer = await answering.answer_to(file.application)
    if answer is None:
        return WhyPage(file, None)
    names = await facilities.all_names()
    found = await answering.paths(tenant, file.application, answer)
    if found and answer.since and answer.since[0].origin != "emergency":
        found = replace(found, chances={})  # it waits no more
    return WhyPage(
        file=file,
        answer=answer,
        names=names,
        paths=paths_told(found, names, number, lives=file.lives) if found else [],
        may_appeal=any(route.path_format == APPEAL for route in app.routes),
        rows=rows_of(tenant.of(Settings)),
    )


def rows_of(settings: Settings) -> list[tuple[str, str, str]]:
    """Return the halves of a day with their hours, as families read them."""
    return [
        ("am", "Matin et repas", settings.morning),
        ("pm", "Après-midi", settings.afternoon),
    ]


def paths_told(found: Paths, names: Mapping[int, str], number: int, *, lives: bool) -> list[Path]:
    """Return the changes in words, each with the step of the file where it is made."""
    step = f"/creche/demandes/{number}/etape/" if lives else ""
    told = [_path(one, found, names, step) for one in found.changes]
    nearby = {one.codes[0] for one in found.changes if one.kind == NEARBY}
    told += [
        Path(
            f"Avec {names.get(one, '')} dans vos vœux",
            f"Pas de place cette fois. {_effect(found, one)}",
            step and step + "voeux",
            "Ajouter ce vœu",
        )
        for one, (without, having) in found.chances.items()
        if str(one) not in nearby and LEVELS[having] > LEVELS[without]
    ]
    told = told[:MOST]
    if found.later_until is not None:
        until = formats.jour_du_mois(found.later_until, True)
        told.append(
            Path(
                "Avec une entrée plus tardive", f"Jusqu’au {until}, la réponse aurait été la même."
            )
        )
    return told


def _effect(found: Paths, facility: int) -> str:
    """Say what one more crèche does to the chances of a family that waits."""
    if facility not in found.chances:
        return ""
    without, having = (BANDS[one] for one in found.chances[facility])
    if without == having:
        return f"Vos chances pour la suite resteraient les mêmes : {without}."
    return f"Vos chances pour la suite : {without} sans ce vœu, {having} avec."


def _path(one: Change, found: Paths, names: Mapping[int, str], step: str) -> Path:
    facility = int(one.option.partition("/")[0])
    where = names.get(facility, "")
    result = f"Vous auriez eu une place : {where}."
    if one.kind == FEWER:
        days = " ni le ".join(said(slot) for slot in one.codes)
        return Path(f"Sans le {days}", result, step and step + "semaine", "Changer mes jours")
    if one.kind == NEARBY:
        far = formats.distance(found.distances[facility]) if facility in found.distances else ""
        title = f"Avec {where} dans vos vœux"
        told = f"Vous auriez eu une place{f', à {far}' if far else ''}. {_effect(found, facility)}"
        return Path(title, told, step and step + "voeux", "Ajouter ce vœu")
    day = formats.jour_du_mois(date.fromisoformat(one.codes[0]), True)
    group = LABELS.get(one.option.split("/")[1], "").lower()
    title = f"Avec une entrée le {day}, chez les {group}"
    return Path(title, result, step and step + "entree", "Changer la date")


@get(
    "/creche/demandes/{number:int}/pourquoi",
    name="creche.why",
    reads="creche.application:{number}",
    told="Comprendre la réponse d’une commission",
    guards=[filer],
)
async def why(
    number: FromPath[int],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    request: Request[Any, Any, Any],
) -> Page:
    """Show what was decided, what blocked, what would have changed it, and what may be done."""
    return Page("creche/family/why.html", await why_page(number, person, tenant, request.app))


@get(
    "/creche/demandes/{number:int}/pourquoi/calcul/{kind:str}",
    name="creche.calculation",
    reads="creche.application:{number}",
    told="Télécharger le calcul complet d’une demande",
    guards=[filer],
)
async def download(
    number: FromPath[int],
    kind: FromPath[str],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
) -> Response[bytes]:
    """Send the data, the weights and the operations of one file, and of no other."""
    file = await applications.mine(person, number)
    answer = await answering.answer_to(file.application)
    if answer is None or kind not in KINDS:
        raise NotYours
    told = calculation(file.application, answer, await facilities.all_names())
    if kind == "pdf":
        body = await pdf.render(PAPER, printed(told, tenant))
    else:
        body = msgspec.json.format(msgspec.json.encode(told), indent=2)
    name = f'attachment; filename="calcul-{file.application.number}.{kind}"'
    return Response(body, media_type=KINDS[kind], headers={"content-disposition": name})


ROUTES = [why, download]
