"""A family and its own data: who saw it, a copy to take away, the right to be forgotten."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Stream

from ribambelle import forms
from ribambelle.database import transaction
from ribambelle.database.connection import in_thread
from ribambelle.forms import Bound
from ribambelle.identity import Person, households, limits
from ribambelle.messages import post as write
from ribambelle.privacy import asking, exporting, visits
from ribambelle.privacy.tables import ForgetRequest
from ribambelle.privacy.visits import PER_PAGE
from ribambelle.tenants import Tenant
from ribambelle.web import guards, proof
from ribambelle.web.page import Page
from ribambelle.web.sign_in import QUARTER
from ribambelle.web.visit import Visit
from ribambelle.workflow import journal

PAGE = "/compte/donnees"
PART = 256 * 1024


class Copy(msgspec.Struct, frozen=True):
    """What proves who asks for a copy."""

    present: str = ""


class Forget(msgspec.Struct, frozen=True):
    """What a family writes when it asks to be forgotten."""

    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@dataclass(frozen=True)
class MyDataPage:
    """Who saw the file, and what the family may ask."""

    household: int | None
    has_password: bool
    is_recent: bool
    request: ForgetRequest | None
    seen: list[visits.Visit]
    many: int
    number: int
    form: Bound[Any] | None = None
    per_page: int = PER_PAGE


async def _page(
    person: Person, now: datetime, number: int = 1, form: Bound[Any] | None = None
) -> Page:
    household = await households.of_account(person.account)
    seen, many = await visits.of_household(household, number) if household else ([], 0)
    page = MyDataPage(
        household,
        await proof.has_password(person),
        await proof.is_recent(person, now),
        await asking.of_household(household) if household else None,
        *(seen, many, number, form),
    )
    return Page("privacy/mine.html", page, status=422 if form else 200)


@get(PAGE, name="privacy.mine", told="Voir qui a lu son dossier", guards=[guards.in_person])
async def mine(
    person: NamedDependency[Person], now: NamedDependency[datetime], page: FromQuery[int] = 1
) -> Page:
    """Show who was given the family's file, and what it may ask."""
    return await _page(person, now, max(1, min(page, 10_000)))


@post(
    f"{PAGE}/copie",
    name="privacy.copy",
    told="Emporter toutes ses données",
    guards=[guards.in_person],
)
async def take(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    tenant: NamedDependency[Tenant],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Send all that is held of the family as one file, and tell its owner that it was taken."""
    await limits.require(f"data-copy:{person.account}", now, at_most=5, per=QUARTER)
    form = await forms.read(request, Copy)
    if wrong := await proof.missing(person, now, str(form.raw.get("present", ""))):
        return await _page(person, now, form=form.wrong(present=wrong))
    household = await households.of_account(person.account)
    if household is None:
        return await _page(
            person, now, form=form.wrong(present="Votre famille n’est pas encore écrite.")
        )
    folder = Path(await in_thread(tempfile.mkdtemp, None, "copie-", tenant.folder))
    file = folder / "donnees.zip"
    try:
        await exporting.household(household, file)
        async with transaction():
            await write("messages/data_copied", person.email, account=person.account)
            await journal.record(
                "privacy.copied", f"household:{household}", account=person.account, side="family"
            )
    except BaseException:
        await in_thread(_gone, folder)
        raise
    name = f"mes-donnees-{tenant.slug}-{now:%Y-%m-%d}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Stream(_parts(file), media_type="application/zip", headers=headers, status_code=200)


async def _parts(file: Path) -> AsyncIterator[bytes]:
    """Read the file part by part; it is gone once sent, or left half-way."""
    try:
        with file.open("rb") as source:
            while part := await in_thread(source.read, PART):
                yield part
    finally:
        await in_thread(_gone, file.parent)


def _gone(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


@post(
    f"{PAGE}/effacement",
    name="privacy.ask",
    told="Demander l’effacement de ses données",
    guards=[guards.in_person],
)
async def ask(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    seen: NamedDependency[Visit],
    now: NamedDependency[datetime],
) -> Response[Any]:
    """Ask to be forgotten; the town hall answers within a month."""
    form = await forms.read(request, Forget)
    household = await households.of_account(person.account)
    if form.struct is None or household is None:
        return await _page(person, now, form=form)
    await asking.ask(household, person.account, form.struct.words.strip())
    seen.tell("ok", "Votre demande est enregistrée. La mairie vous répond sous un mois.")
    return Redirect(PAGE, status_code=303)


@post(
    f"{PAGE}/effacement/retirer",
    name="privacy.withdraw",
    told="Retirer sa demande d’effacement",
    guards=[guards.in_person],
)
async def withdraw(person: NamedDependency[Person], seen: NamedDependency[Visit]) -> Response[Any]:
    """Take the request back: nothing was removed."""
    household = await households.of_account(person.account)
    if household is not None:
        await asking.withdraw(household, person.account)
        seen.tell("ok", "Votre demande est retirée : rien n’a été effacé.")
    return Redirect(PAGE, status_code=303)


ROUTES = [mine, take, ask, withdraw]
