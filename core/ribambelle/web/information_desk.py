"""Pages of information, as an agent writes them: no code, one agent at a time."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup

from ribambelle import forms
from ribambelle.documents import pdf, receiving
from ribambelle.errors import Refused
from ribambelle.forms import Bound
from ribambelle.identity import Person, second_factor
from ribambelle.information import pages, words
from ribambelle.information.pages import File, Written
from ribambelle.information.tables import InformationPage
from ribambelle.messages import printing
from ribambelle.messages.declared_papers import LEAFLET
from ribambelle.messages.wording import Wording
from ribambelle.tenants import Tenant
from ribambelle.web import formats, guards, uploads
from ribambelle.web.assets import crest
from ribambelle.web.information import weight
from ribambelle.web.page import Page
from ribambelle.web.typography import spaced
from ribambelle.web.uploads import LONGEST_BODY
from ribambelle.web.visit import Visit

DESK = "/bureau/informations"
PAPER = Path(__file__).parents[1] / "templates" / "pdf" / "leaflet.typ"
LONGEST_TITLE, LONGEST_TEXT = 120, 20_000


@dataclass(frozen=True)
class DeskPage:
    """Every page, published or not."""

    pages: list[InformationPage]


class PageForm(msgspec.Struct, frozen=True):
    """A page as it was typed, the version it was typed over, and what to do with it."""

    title: str = ""
    text: str = ""
    rank: int = 10
    is_published: bool = False
    version: int = 0
    act: str = "save"

    @property
    def written(self) -> Written:
        """What is kept, its lines as we keep them."""
        text = self.text.replace("\r\n", "\n").strip()
        return Written(" ".join(self.title.split()), text, self.rank, self.is_published)


@dataclass(frozen=True)
class EditPage:
    """A page to write, how it reads, its files."""

    page: InformationPage | None
    version: int
    largest: int
    files: list[tuple[File, str]]
    form: Bound[PageForm] | None = None
    told: Markup | None = None
    is_rival: bool = False
    wrong_file: str = ""

    @property
    def href(self) -> str:
        """Where the form leads."""
        return f"{DESK}/{self.page.id}" if self.page else DESK

    @property
    def file_form(self) -> Bound[Any] | None:
        """The form of files with what to put right in it."""
        return Bound(None, {"file": self.wrong_file}, {}) if self.wrong_file else None


async def _edit(
    page: InformationPage | None = None,
    form: Bound[PageForm] | None = None,
    *,
    is_rival: bool = False,
    is_shown: bool = False,
    wrong_file: str = "",
) -> Page:
    typed = "" if form is None or is_rival else str(form.raw.get("version") or "")
    text = str(form.raw.get("text") or "") if form and is_shown else page.text if page else ""
    edited = EditPage(
        page=page,
        version=int(typed) if typed.isdecimal() else page.version if page else 0,
        largest=receiving.largest() // receiving.MEGA,
        files=[(one, weight(one.size)) for one in await pages.files_of(page.id)] if page else [],
        form=form,
        told=words.rendered(text) if text else None,
        is_rival=is_rival,
        wrong_file=wrong_file,
    )
    status = 409 if is_rival else 422 if wrong_file or (form and form.errors) else 200
    return Page("office/information.html", edited, status=status)


@get(DESK, name="information.desk", told="Voir les pages d’information", guards=[guards.agent])
async def every() -> Page:
    """Show the pages, published or not."""
    return Page("office/informations.html", DeskPage(await pages.every()))


@get(
    f"{DESK}/nouvelle",
    name="information.new",
    told="Écrire une page d’information",
    guards=[guards.agent],
)
async def new() -> Page:
    """Ask what to write."""
    return await _edit()


@get(
    f"{DESK}/affiche",
    name="information.leaflet",
    told="Télécharger l’affiche du portail",
    guards=[guards.agent],
)
async def leaflet(tenant: NamedDependency[Tenant]) -> Response[bytes]:
    """Send a leaflet to print, with the drawing that leads to the portal."""
    made = await pdf.render(PAPER, printed(tenant, await printing.said(LEAFLET, {})))
    headers = {"content-disposition": 'attachment; filename="affiche-portail-famille.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def printed(tenant: Tenant, told: Wording) -> dict[str, Any]:
    """Return what the leaflet says: sentences ready to print, and never code."""
    sign, contact = crest(tenant), tenant.settings.contact
    is_drawn = sign.media_type.startswith("image/svg")
    return {
        "title": told.subject,
        "blocks": printing.blocks(told.body),
        "commune": tenant.settings.name,
        "crest": sign.body.decode() if is_drawn else list(sign.body),
        "colour": tenant.settings.brand.colour,
        "at": tenant.url("/"),
        "picture": second_factor.drawing(tenant.url("/")),
        "service": contact.service,
        "phone": formats.telephone(contact.phone) if contact.phone else "",
        "hours": spaced(contact.hours),
    }


@post(
    DESK,
    name="information.write",
    told="Garder une nouvelle page d’information",
    guards=[guards.agent],
)
async def write(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a new page, published or not."""
    form = _checked(await forms.read(request, PageForm))
    if form.struct is None or form.struct.act == "preview":
        return await _edit(form=form, is_shown=True)
    number = await pages.write(form.struct.written, person.account, now)
    seen.tell("ok", _done(form.struct))
    return Redirect(f"{DESK}/{number}", status_code=303)


@get(
    f"{DESK}/{{number:int}}",
    name="information.edit",
    told="Voir une page d’information à changer",
    guards=[guards.agent],
)
async def one(number: FromPath[int]) -> Page:
    """Show a page to be changed."""
    return await _edit(await pages.one(number))


@post(
    f"{DESK}/{{number:int}}",
    name="information.change",
    told="Changer, publier ou supprimer une page d’information",
    guards=[guards.agent],
)
async def change(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Keep a page as it was typed, show how it reads, or remove it."""
    page, form = await pages.one(number), await forms.read(request, PageForm)
    if form.struct is not None and form.struct.act == "drop":
        await pages.remove(number, person.account)
        seen.tell("ok", f"La page « {page.title} » est supprimée.")
        return Redirect(DESK, status_code=303)
    form = _checked(form)
    if form.struct is None or form.struct.act == "preview":
        return await _edit(page, form, is_shown=True)
    try:
        await pages.change(number, form.struct.version, form.struct.written, person.account, now)
    except Refused as refusal:
        if refusal.reason != "page_moved":
            raise
        return await _edit(await pages.one(number), form, is_rival=True)
    seen.tell("ok", _done(form.struct))
    return Redirect(f"{DESK}/{number}", status_code=303)


def _done(form: PageForm) -> str:
    if form.is_published:
        return "La page est en ligne."
    return "La page est enregistrée. Personne ne la voit tant qu’elle n’est pas publiée."


def _checked(form: Bound[PageForm]) -> Bound[PageForm]:
    """Return the form with a sentence beside what nobody could read."""
    if form.struct is None:
        return form
    written = form.struct.written
    if not written.title:
        form = form.wrong(title="Donnez un titre à cette page.")
    elif len(written.title) > LONGEST_TITLE:
        form = form.wrong(title=f"C’est trop long : {LONGEST_TITLE} caractères au plus.")
    if not written.text:
        form = form.wrong(text="Écrivez un texte : la page serait vide.")
    elif len(written.text) > LONGEST_TEXT:
        form = form.wrong(text=f"C’est trop long : {LONGEST_TEXT} caractères au plus.")
    elif wrong := words.wrong_links(written.text):
        told = f"Le lien « {wrong[0]} » ne peut pas être suivi. Un lien commence par https:// ou par /."
        form = form.wrong(text=told)
    if not 0 <= written.rank <= 999:
        form = form.wrong(rank="Écrivez un nombre entre 0 et 999.")
    return form


# -- files -------------------------------------------------------------------------------------

SENTENCES = {
    **uploads.SENTENCES,
    "empty": "Choisissez un fichier PDF.",
    "not_a_pdf": "Un fichier à télécharger est un PDF. Enregistrez-le en PDF, puis recommencez.",
    "antivirus_silent": "L’antivirus ne répond pas : rien n’est publié. Recommencez plus tard.",
    "too_many_files": "Cette page a déjà dix fichiers. Retirez-en un, ou écrivez une autre page.",
    "label_missing": "Dites ce qu’est ce fichier, en 120 caractères au plus.",
}


@post(
    f"{DESK}/{{number:int}}/fichiers",
    name="information.add_file",
    told="Mettre un fichier à télécharger",
    guards=[guards.agent],
    request_max_body_size=LONGEST_BODY,
)
async def add_file(
    number: FromPath[int],
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Examine a PDF as a family's paper is, then offer it to everybody."""
    page = await pages.one(number)
    try:
        async with uploads.upload(request, person) as form:
            label = " ".join(form.fields.get("label", "").split())
            if not 0 < len(label) <= LONGEST_TITLE:
                raise Refused("label_missing")
            async with receiving.examined(form.require_file()) as paper:
                await pages.add_file(number, label, paper, person.account, now)
    except Refused as refusal:
        return await _edit(page, wrong_file=_told(refusal))
    seen.tell("ok", f"« {label} » est à télécharger sur cette page.")
    return Redirect(f"{DESK}/{number}", status_code=303)


def _told(refusal: Refused) -> str:
    if refusal.reason not in uploads.SENTENCES or refusal.reason == "empty":
        if refusal.reason not in SENTENCES:
            raise refusal
        return SENTENCES[refusal.reason]
    return uploads.told(refusal)


@post(
    f"{DESK}/{{number:int}}/fichiers/{{paper:int}}/retirer",
    name="information.remove_file",
    told="Retirer un fichier à télécharger",
    guards=[guards.agent],
)
async def remove_file(
    number: FromPath[int],
    paper: FromPath[int],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
) -> Redirect:
    """Withdraw a file."""
    await pages.remove_file(number, paper, person.account)
    seen.tell("ok", "Le fichier est retiré.")
    return Redirect(f"{DESK}/{number}", status_code=303)


ROUTES = [every, new, leaflet, write, one, change, add_file, remove_file]
