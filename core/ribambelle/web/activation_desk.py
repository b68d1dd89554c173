"""Letters to families already known, and the board that follows them until they sign in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery

from ribambelle import forms
from ribambelle.documents import pdf
from ribambelle.errors import Refused
from ribambelle.families import activation, board, groups
from ribambelle.families.activation import MOST, Letter
from ribambelle.families.following import STAGES, Count, Stage, Standing, count
from ribambelle.families.groups import EVERYBODY, FamilyGroup
from ribambelle.identity import Person, second_factor
from ribambelle.lists import CSV, as_csv
from ribambelle.messages import printing
from ribambelle.messages.declared_papers import ACTIVATION
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards
from ribambelle.web.assets import crest
from ribambelle.web.page import Page
from ribambelle.workflow import journal

PAGE = "/bureau/activations"
PAPER = Path(__file__).parents[1] / "templates" / "pdf" / "letters.typ"
SHOWN = 100
"""Adults listed at once: beyond, a whole group is written to."""
VIEWS: dict[str, tuple[str, frozenset[Stage]]] = {
    "a-ecrire": ("À écrire", frozenset({"to_write"})),
    "en-cours": ("Courrier en cours", frozenset({"written", "opened"})),
}
HEADINGS = ("Nom", "Où en est la famille", "Dernier courrier", "Coordonnées complètes")


Say = Callable[[Mapping[str, Any]], Wording]


class Chosen(msgspec.Struct, frozen=True):
    """Whom to write to, and as a page or as a PDF."""

    adults: list[int] = []
    everybody: bool = False
    group: str = EVERYBODY
    view: str = "a-ecrire"
    paper: str = "page"


@dataclass(frozen=True)
class ChoicePage:
    """A group, and those of it who may be written to."""

    groups: list[tuple[str, str]]
    group: FamilyGroup
    view: str
    adults: list[Standing]
    total: int
    wrong: str = ""

    @property
    def tabs(self) -> list[tuple[str, str, None, bool]]:
        """The two lists: who was never written to, and whose letter still counts."""
        return [
            (label, f"{PAGE}?{urlencode({'groupe': self.group.key, 'vue': code})}", None, here)
            for code, (label, _) in VIEWS.items()
            for here in [code == self.view]
        ]

    @property
    def most(self) -> int:
        """How many letters one round holds."""
        return min(self.total, MOST)


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as it is printed: its picture leads to the page where its code is typed."""

    letter: Letter
    href: str
    picture: str
    title: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class LettersPage:
    """A round of letters, shown once."""

    letters: list[Printed]
    group: str
    at: str
    until: datetime


@dataclass(frozen=True)
class BoardPage:
    """The groups counted, and the adults of one of them."""

    counts: list[Count]
    group: FamilyGroup
    stage: str
    adults: list[Standing]
    total: int
    services: list[str]
    """What each column of complete files is called."""

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of the groups."""
        counts = ("Adultes", "Écrit", "Code tapé", "Compte ouvert", "Coordonnées complètes")
        return [("Groupe", ""), *((name, "n") for name in (*counts, *self.services))]

    @property
    def stages(self) -> list[tuple[str, str]]:
        """What the list may be narrowed to."""
        return [*STAGES.items(), (INCOMPLETE, "Coordonnées à compléter")]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """The numbers of the group looked at."""
        (one,) = (count for count in self.counts if count.key == self.group.key)
        told = (
            ("Adultes connus", one.adults),
            ("À qui l’on a écrit", one.written),
            ("Code tapé", one.opened),
            ("Compte ouvert", one.active),
            ("Coordonnées complètes", one.complete),
            *zip(self.services, one.files, strict=True),
        )
        return [(label, formats.nombre(value), "") for label, value in told]

    @property
    def groups(self) -> list[tuple[str, str]]:
        """The groups one may look at."""
        return [(one.key, one.label) for one in self.counts]

    @property
    def exported(self) -> str:
        """The address of the same list as a file."""
        return f"{PAGE}/suivi/export?{urlencode({'groupe': self.group.key, 'etat': self.stage})}"


INCOMPLETE = "incomplete"


async def _choice(group: str, view: str, now: datetime, wrong: str = "") -> ChoicePage:
    every = await groups.groups()
    chosen = next((one for one in every if one.key == group), every[0])
    view = view if view in VIEWS else "a-ecrire"
    found = _in_view(board.within(chosen.households, await board.standings(now)), view)
    return ChoicePage(
        [(one.key, one.label) for one in every], chosen, view, found[:SHOWN], len(found), wrong
    )


def _in_view(found: list[Standing], view: str) -> list[Standing]:
    return [one for one in found if one.stage in VIEWS[view][1]]


@get(
    PAGE,
    name="activations",
    told="Choisir les familles à qui écrire",
    guards=[guards.agent],
)
async def choose(
    now: NamedDependency[datetime], groupe: FromQuery[str] = EVERYBODY, vue: FromQuery[str] = ""
) -> Page:
    """Show a group, and those of it who have no account yet."""
    return Page("office/activations.html", await _choice(groupe, vue, now))


@post(
    PAGE,
    name="activations.write",
    told="Imprimer des courriers d’activation",
    guards=[guards.agent],
    status_code=200,
)
async def write(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Make the codes and show the letters, once: nothing keeps them but the paper."""
    form = await forms.read(request, Chosen)
    asked = form.struct or Chosen()
    group = await groups.group(asked.group)
    adults = list(asked.adults)
    if asked.everybody:
        view = asked.view if asked.view in VIEWS else "a-ecrire"
        members = board.within(group.households, await board.standings(now))
        adults = [one.adult for one in _in_view(members, view)]
    try:
        letters = await activation.write_letters(adults, group.label, now, by=person.account)
    except Refused:
        wrong = "Cochez au moins une personne sans compte."
        return Page(
            "office/activations.html",
            await _choice(asked.group, asked.view, now, wrong),
            status=422,
        )
    until = now + activation.LIFE
    say = await printing.sayer(ACTIVATION)
    if asked.paper == "pdf":
        made = await pdf.render(PAPER, printed(letters, tenant, until, say))
        headers = {"content-disposition": f'attachment; filename="courriers-{now:%Y-%m-%d}.pdf"'}
        return Response(made, media_type="application/pdf", headers=headers)
    shown = [_shown(one, tenant, said_to(one, until, say)) for one in letters]
    page = LettersPage(shown, group.label, tenant.url("/activation"), until)
    return Page("office/letters.html", page)


def link(letter: Letter, tenant: Tenant) -> str:
    """Return where the picture of a letter leads: the page of activation, its code filled in."""
    return tenant.url(f"/activation?{urlencode({'code': letter.code})}")


def said_to(letter: Letter, until: datetime, say: Say) -> Wording:
    """Return what a letter says, in the commune's words."""
    return say({"code": letter.code, "until": formats.jour_du_mois(until.date(), True)})


def in_blocks(told: Wording, code: str) -> list[dict[str, Any]]:
    """Return a letter as it is laid out: its code in large, the drawing after the first list.

    >>> in_blocks(Wording("", "Bonjour\\n\\nAB-CD\\n\\n- Un\\n\\nFin"), "AB-CD")
    [{'lines': ['Bonjour']}, {'code': 'AB-CD'}, {'items': ['Un'], 'picture': True}, {'lines': ['Fin']}]
    >>> in_blocks(Wording("", "Voici AB-CD"), "AB-CD")
    [{'lines': ['Voici AB-CD'], 'picture': True}]
    """
    found: list[dict[str, Any]] = [
        {"code": code} if one.get("lines") == [code] else dict(one)
        for one in printing.blocks(told.body)
    ]
    listed = next((one for one in found if "items" in one), found[-1])
    listed["picture"] = True
    return found


def _shown(letter: Letter, tenant: Tenant, told: Wording) -> Printed:
    href = link(letter, tenant)
    return Printed(
        letter, href, second_factor.picture(href), told.subject, in_blocks(told, letter.code)
    )


def printed(letters: list[Letter], tenant: Tenant, until: datetime, say: Say) -> dict[str, Any]:
    """Return what the letters say: sentences ready to print, and never code."""
    sign, contact = crest(tenant), tenant.settings.contact
    is_drawn = sign.media_type.startswith("image/svg")
    return {
        "title": f"Courriers d’activation, {tenant.settings.name}",
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if is_drawn else list(sign.body),
        "at": tenant.url("/activation"),
        "service": contact.service,
        "letters": [
            {
                "name": one.name,
                "home": [part for part in (one.line, f"{one.postcode} {one.city}".strip()) if part],
                "title": told.subject,
                "blocks": in_blocks(told, one.code),
                "picture": second_factor.drawing(link(one, tenant)),
            }
            for one in letters
            for told in [said_to(one, until, say)]
        ],
    }


# -- the board ---------------------------------------------------------------------------------


async def _followed(group: str, stage: str, now: datetime) -> tuple[BoardPage, list[Standing]]:
    every, found = await groups.groups(), await board.standings(now)
    chosen = next((one for one in every if one.key == group), every[0])
    members = board.within(chosen.households, found)
    kept = [one for one in members if _is_at(one, stage)]
    complete = [one for one in every if one.is_complete]
    homes = [one.households for one in complete]
    counts = [
        count(one.key, one.label, board.within(one.households, found), homes) for one in every
    ]
    services = [one.label for one in complete]
    page = BoardPage(counts, chosen, stage, kept[:SHOWN], len(kept), services)
    return page, kept


def _is_at(one: Standing, stage: str) -> bool:
    if stage == INCOMPLETE:
        return not one.is_complete
    return stage not in STAGES or one.stage == stage


@get(
    f"{PAGE}/suivi",
    name="activations.board",
    told="Suivre les courriers jusqu’aux comptes",
    guards=[guards.agent],
)
async def follow(
    now: NamedDependency[datetime], groupe: FromQuery[str] = EVERYBODY, etat: FromQuery[str] = ""
) -> Page:
    """Show each group counted, and who of one group is how far."""
    page, _ = await _followed(groupe, etat, now)
    return Page("office/activations_board.html", page)


@get(
    f"{PAGE}/suivi/export",
    name="activations.export",
    told="Télécharger le suivi des courriers",
    guards=[guards.agent],
)
async def export(
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
    groupe: FromQuery[str] = EVERYBODY,
    etat: FromQuery[str] = "",
) -> Response[bytes]:
    """Send the list of a group as a spreadsheet; whoever takes it is written in the journal."""
    page, kept = await _followed(groupe, etat, now)
    await journal.record(
        "activation.exported",
        f"group:{page.group.key}",
        account=person.account,
        side="office",
        read_only=True,
        rows=len(kept),
    )
    rows = [
        (one.name, one.told, one.written_on, "oui" if one.is_complete else "non") for one in kept
    ]
    headers = {"content-disposition": 'attachment; filename="suivi-des-courriers.csv"'}
    return Response(as_csv(HEADINGS, rows), media_type=CSV, headers=headers)


ROUTES = [choose, write, follow, export]
