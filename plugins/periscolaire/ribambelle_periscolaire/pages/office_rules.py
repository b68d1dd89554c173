"""The règlement intérieur at the town hall: written, published, and who accepted which version."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import forms
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person
from ribambelle.information import words
from ribambelle.web import guards
from ribambelle.web.page import Page
from ribambelle.web.visit import Visit
from ribambelle_periscolaire.queries import rules
from ribambelle_periscolaire.queries.rules import Acceptance, Written
from ribambelle_periscolaire.tables import Rules

DESK = "/bureau/periscolaire/reglement"
LONGEST = 60_000


class RulesForm(msgspec.Struct, frozen=True):
    """A version as it was typed, and what to do with it."""

    version: Annotated[str, msgspec.Meta(max_length=40)] = ""
    text: str = ""
    first: date | None = None
    act: str = "save"


@dataclass(frozen=True)
class VersionsPage:
    """Every version, the latest first."""

    versions: list[Rules]
    counts: dict[int, int]
    in_force: int


@dataclass(frozen=True)
class VersionPage:
    """One version: to write, or published and accepted."""

    rules: Rules | None
    form: Bound[RulesForm] | None = None
    told: Markup | None = None
    accepted: list[Acceptance] = field(default_factory=list)

    @property
    def href(self) -> str:
        """Where its form leads."""
        return f"{DESK}/{self.rules.id}" if self.rules else DESK


@get(
    DESK,
    name="periscolaire.office.rules",
    told="Voir les versions du règlement intérieur",
    guards=[guards.agent],
)
async def every(now: NamedDependency[datetime]) -> Page:
    """Show every version, and which one families read."""
    current = await rules.in_force(now.date())
    page = VersionsPage(
        await rules.every(), await rules.counts(), int(current.id) if current else 0
    )
    return Page("periscolaire/office/versions.html", page)


@get(
    f"{DESK}/nouvelle",
    name="periscolaire.office.new_rules",
    told="Écrire une version du règlement intérieur",
    guards=[guards.agent],
)
async def new() -> Page:
    """Ask what to write, from the last version's text."""
    before = await rules.every()
    form: Bound[RulesForm] | None = None
    if before:
        form = Bound(None, {}, {"text": before[0].text})
    return Page("periscolaire/office/version.html", VersionPage(None, form))


@get(
    f"{DESK}/{{version:int}}",
    name="periscolaire.office.rules_version",
    told="Voir une version du règlement intérieur, et qui l’a acceptée",
    guards=[guards.agent],
)
async def one(version: FromPath[int]) -> Page:
    """Show one version; published, who accepted it."""
    found = await rules.one(version)
    page = VersionPage(
        found,
        told=words.rendered(found.text),
        accepted=await rules.acceptances(version) if found.published_at else [],
    )
    return Page("periscolaire/office/version.html", page)


@post(
    DESK,
    name="periscolaire.office.write_rules",
    told="Garder une nouvelle version du règlement intérieur",
    guards=[guards.agent],
)
async def write(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a new version, published or not."""
    return await _kept(None, request, person, seen, now)


@post(
    f"{DESK}/{{version:int}}",
    name="periscolaire.office.change_rules",
    told="Changer ou publier une version du règlement intérieur",
    guards=[guards.agent],
)
async def change(
    version: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a version as it was typed, or publish it: from then on it never changes."""
    return await _kept(await rules.one(version), request, person, seen, now)


async def _kept(
    found: Rules | None,
    request: Request[Any, Any, Any],
    person: Person,
    seen: Visit,
    now: datetime,
) -> Response[Any]:
    form = _checked(await forms.read(request, RulesForm), now.date())
    if found is not None and found.published_at is not None:
        seen.tell("info", "Cette version est publiée : elle ne change plus. Écrivez la suivante.")
        return Redirect(f"{DESK}/{found.id}", status_code=303)
    if form.struct is None or form.struct.first is None or form.struct.act == "preview":
        return _shown(found, form)
    told = Written(form.struct.version, form.struct.text, form.struct.first)
    try:
        number = await rules.write(int(found.id) if found else None, told, person.account, now)
    except Refused as refusal:
        if refusal.reason != "version_known":
            raise
        return _shown(found, form.wrong(version="Une autre version porte déjà ce nom."))
    if form.struct.act == "publish":
        await rules.publish(number, person.account, now)
        seen.tell(
            "ok", "Le règlement est publié. Le portail demande à chaque famille de l’accepter."
        )
    else:
        seen.tell("ok", "Version gardée. Personne ne la lit tant qu’elle n’est pas publiée.")
    return Redirect(f"{DESK}/{number}", status_code=303)


def _shown(found: Rules | None, form: Bound[RulesForm]) -> Page:
    text = str(form.raw.get("text") or "")
    page = VersionPage(found, form, words.rendered(text) if text else None)
    status = 422 if form.errors else 200
    return Page("periscolaire/office/version.html", page, status=status)


def _checked(form: Bound[RulesForm], today: date) -> Bound[RulesForm]:
    """Return the form with a sentence beside what is wrong."""
    told, wrong = form.told, {}
    if not told.version and "version" not in form.errors:
        wrong["version"] = "Donnez un nom à cette version, par exemple « 2027 »."
    if not told.text:
        wrong["text"] = "Écrivez le règlement."
    elif len(told.text) > LONGEST:
        wrong["text"] = f"C’est trop long : {LONGEST} caractères au plus."
    elif links := words.wrong_links(told.text):
        wrong["text"] = f"Le lien « {links[0]} » ne peut pas être suivi."
    if told.first is None and "first" not in form.errors:
        wrong["first"] = "Écrivez son premier jour."
    elif told.act == "publish" and told.first and told.first < today:
        wrong["first"] = "Publiez pour aujourd’hui ou plus tard : nul n’accepte après coup."
    return form.wrong(**wrong) if wrong else form


ROUTES = [every, new, one, write, change]
