"""Pages of information: read by everybody once published, changed by one agent at a time."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ribambelle.database import locks, transaction
from ribambelle.documents.vault import Paper
from ribambelle.errors import NotYours, Refused
from ribambelle.information import words
from ribambelle.information.tables import Download, InformationPage
from ribambelle.workflow import journal

MOST_FILES = 10
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Written:
    """A page as an agent writes it."""

    title: str
    text: str
    rank: int
    is_published: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file to download, without what it holds."""

    id: int
    page: int
    label: str
    size: int

    @property
    def name(self) -> str:
        """Its name on the disk of whoever takes it."""
        return f"{words.slug_of(self.label)}.pdf"


async def every() -> list[InformationPage]:
    """Return all the pages, in order."""
    return (
        await InformationPage.objects()
        .order_by(InformationPage.rank)
        .order_by(InformationPage.id)
        .limit(200)
    )


async def published() -> list[InformationPage]:
    """Return the pages everybody may read, in order."""
    return [one for one in await every() if one.is_published]


async def listed(number: int, limit: int, day: date) -> list[tuple[int, str]]:
    """Return the addresses of those everybody may read, by number, from this one on."""
    found = sorted((one.id, f"/informations/{one.slug}") for one in await published())
    return [one for one in found if one[0] >= number][:limit]


async def one(number: int) -> InformationPage:
    """Return a page, published or not, or behave as if it did not exist."""
    found = await InformationPage.objects().get(InformationPage.id == number)
    if found is None:
        raise NotYours
    return found


async def at(slug: str) -> InformationPage:
    """Return the published page of this address."""
    found = await InformationPage.objects().get(
        (InformationPage.slug == slug) & InformationPage.is_published.eq(True)
    )
    if found is None:
        raise NotYours
    return found


async def write(written: Written, account: int, now: datetime) -> int:
    """Keep a new page, under an address of its own, and return its number."""
    async with transaction():
        await locks.advisory("information.slug")
        row = InformationPage(
            slug=await _free(words.slug_of(written.title)),
            title=written.title,
            text=written.text,
            rank=written.rank,
            is_published=written.is_published,
            changed_at=now,
            changed_by=account,
        )
        number = int((await InformationPage.insert(row).returning(InformationPage.id))[0]["id"])
        await _note("written", number, account, is_published=written.is_published)
    return number


async def _free(slug: str) -> str:
    rows = await InformationPage.select(InformationPage.slug)
    taken = {row["slug"] for row in rows}
    return next(
        name
        for name in (slug, *(f"{slug}-{n}" for n in range(2, len(taken) + 3)))
        if name not in taken
    )


async def change(number: int, version: int, written: Written, account: int, now: datetime) -> None:
    """Change a page; refuse when somebody was quicker."""
    async with transaction():
        moved = (
            await InformationPage.update(
                {
                    InformationPage.title: written.title,
                    InformationPage.text: written.text,
                    InformationPage.rank: written.rank,
                    InformationPage.is_published: written.is_published,
                    InformationPage.version: version + 1,
                    InformationPage.changed_at: now,
                    InformationPage.changed_by: account,
                }
            )
            .where((InformationPage.id == number) & (InformationPage.version == version))
            .returning(InformationPage.id)
        )
        if not moved:
            raise Refused("page_moved")
        facts = {"version": version + 1, "is_published": written.is_published}
        await _note("changed", number, account, **facts)


async def remove(number: int, account: int) -> None:
    """Remove a page and its files."""
    async with transaction():
        await InformationPage.delete().where(InformationPage.id == number)
        await _note("removed", number, account)


# -- files -------------------------------------------------------------------------------------


async def files_of(page: int) -> list[File]:
    """Return the files of a page, in the order they were added."""
    rows = (
        await Download.select(Download.id, Download.page, Download.label, Download.size)
        .where(Download.page == page)
        .order_by(Download.id)
    )
    return [File(**row) for row in rows]


async def add_file(page: int, label: str, paper: Paper, account: int, now: datetime) -> None:
    """Offer a PDF that was examined; one the antivirus said nothing of is not offered."""
    if paper.is_held:
        raise Refused("antivirus_silent")
    if paper.made.media_type != PDF:
        raise Refused("not_a_pdf")
    content = paper.file.read_bytes()
    async with transaction():
        await locks.advisory(f"information.files:{page}")
        if await Download.count().where(Download.page == page) >= MOST_FILES:
            raise Refused("too_many_files")
        row = Download(
            page=page,
            label=label,
            size=len(content),
            content=b64encode(content).decode(),
            added_at=now,
            added_by=account,
        )
        number = int((await Download.insert(row).returning(Download.id))[0]["id"])
        await _note("file_added", page, account, file=number)


async def remove_file(page: int, number: int, account: int) -> None:
    """Withdraw a file; removing it twice is once."""
    async with transaction():
        gone = (
            await Download.delete()
            .where((Download.id == number) & (Download.page == page))
            .returning(Download.id)
        )
        if not gone:
            raise NotYours
        await _note("file_removed", page, account, file=number)


async def content_of(page: int, number: int) -> tuple[File, bytes]:
    """Return a file of a page, and what it holds."""
    row = await Download.objects().get((Download.id == number) & (Download.page == page))
    if row is None:
        raise NotYours
    return File(row.id, page, row.label, row.size), b64decode(row.content)


async def _note(act: str, page: int, account: int, **facts: Any) -> None:
    about = f"information_page:{page}"
    await journal.record(f"information.{act}", about, account=account, side="office", **facts)
