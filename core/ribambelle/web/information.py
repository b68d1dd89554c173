"""Pages of information, as everybody reads them."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup

from ribambelle.identity import Person
from ribambelle.information import pages, words
from ribambelle.information.pages import File
from ribambelle.information.tables import InformationPage
from ribambelle.web import formats, guards
from ribambelle.web.home import Card
from ribambelle.web.page import Page
from ribambelle.web.papers import sealed_off

SHOWN = 5


@dataclass(frozen=True)
class InformationsPage:
    """The pages everybody may read."""

    pages: list[InformationPage]


@dataclass(frozen=True)
class ReadPage:
    """One page of information, and its files."""

    title: str
    told: Markup
    files: list[tuple[str, str, str]]


def weight(size: int) -> str:
    """Tell how heavy a file is, before it is taken.

    >>> weight(84_000).replace(chr(160), " "), weight(1_260_000).replace(chr(160), " ")
    ('PDF, 84 ko', 'PDF, 1,3 Mo')
    >>> weight(120).replace(chr(160), " ")
    'PDF, 1 ko'
    """
    if size < 1_000_000:
        return f"PDF, {max(round(size / 1000), 1)}\u00a0ko"
    return f"PDF, {formats.nombre(size / 1_000_000, 1)}\u00a0Mo"


def listed(slug: str, files: list[File]) -> list[tuple[str, str, str]]:
    """Return the files of a page as a list of links shows them."""
    return [
        (one.label, f"/informations/{slug}/fichiers/{one.id}", weight(one.size)) for one in files
    ]


@get("/informations", name="informations", guards=[guards.public], indexed=True)
async def every() -> Page:
    """List what the town hall tells everybody."""
    return Page("information/every.html", InformationsPage(await pages.published()))


@get("/informations/{slug:str}", name="information", guards=[guards.public], indexed=True)
async def one(slug: FromPath[str]) -> Page:
    """Show a page of information."""
    found = await pages.at(slug)
    files = listed(found.slug, await pages.files_of(found.id))
    return Page("information/one.html", ReadPage(found.title, words.rendered(found.text), files))


@get(
    "/informations/{slug:str}/fichiers/{paper:int}",
    name="information.file",
    guards=[guards.public],
    indexed=True,
)
async def file(slug: FromPath[str], paper: FromPath[int]) -> Response[bytes]:
    """Send a file to be kept, never to be opened by the browser."""
    found = await pages.at(slug)
    told, content = await pages.content_of(found.id, paper)
    return sealed_off(content, pages.PDF, f'attachment; filename="{told.name}"')


async def card(person: Person | None) -> list[Card]:
    """Return the card of the home page that leads to the first pages."""
    if person is not None and not person.is_family:
        return []
    found = await pages.published()
    told: Any = [("info", one.title, f"/informations/{one.slug}") for one in found[:SHOWN]]
    return [Card("information/card.html", told, rank=60, aside=True)] if told else []


ROUTES = [every, one, file]
