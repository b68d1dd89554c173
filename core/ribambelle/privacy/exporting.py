"""All that a commune holds of one family, in files anybody can open (GDPR art. 15 and 20)."""

from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import msgspec
from piccolo.columns import Date, Timestamptz

from ribambelle import tenants
from ribambelle.database.connection import in_thread
from ribambelle.documents import vault
from ribambelle.documents.sealing import Broken
from ribambelle.documents.tables import Document
from ribambelle.errors import Refused
from ribambelle.identity.tables import Household
from ribambelle.lists import as_csv
from ribambelle.messages.tables import Attachment
from ribambelle.privacy import holdings
from ribambelle.privacy.holdings import among
from ribambelle.privacy.register import kept, rules
from ribambelle.privacy.rules import PersonalData

ENDINGS = {"image/jpeg": "jpg", "application/pdf": "pdf", "image/png": "png"}
README = """\
{commune} : vos données, le {day}.

donnees.json contient tout ce que la commune garde de votre famille, avec pour chaque chose
pourquoi elle est gardée et jusqu’à quand. Le dossier csv contient les mêmes données, un tableau
par fichier, à ouvrir avec un tableur. Le dossier documents contient vos justificatifs, et le
dossier pieces-jointes ce qui accompagnait nos messages.

Une erreur ? Une question ? Écrivez à {contact}.
"""


class Section(msgspec.Struct, frozen=True):
    """One table of the family's data, with what the register says of it."""

    table: str
    purpose: str
    basis: str
    kept: str
    recipients: str
    rows: list[dict[str, Any]]


async def household(number: int, to: Path) -> dict[str, int]:
    """Write the zip of one household; return how many rows of each table it holds.

    Raises Refused when the household is not there.
    """
    if not await Household.exists().where(Household.id == number):
        raise Refused("household_gone")
    tenant = tenants.current()
    known, said = await rules(), tenant.settings.privacy
    found = await holdings.of_household(number, tenant.now().date())
    await holdings.complete(found, known)
    sections = [
        Section(
            rule.name,
            rule.purpose,
            rule.basis,
            kept(rule, known, said),
            rule.recipients,
            await _rows(rule, found.of(rule.name)),
        )
        for rule in known
        if found.of(rule.name)
    ]
    with ZipFile(to, "w", ZIP_DEFLATED) as out:
        contact = tenant.settings.privacy.officer or tenant.settings.contact.email or "la mairie"
        day = f"{tenant.now():%d/%m/%Y}"
        out.writestr(
            "lisez-moi.txt", README.format(commune=tenant.settings.name, day=day, contact=contact)
        )
        out.writestr("donnees.json", msgspec.json.format(msgspec.json.encode(sections)))
        for one in sections:
            out.writestr(f"csv/{one.table}.csv", _table(one.rows))
        await _papers(out, found.of("core_document"))
        await _attachments(out, found.of("core_attachment"))
    return {one.table: len(one.rows) for one in sections}


async def _rows(rule: PersonalData, ids: set[int]) -> list[dict[str, Any]]:
    columns = [
        column
        for column in rule.table._meta.columns
        if column._meta.name not in rule.secret
        if column._meta.name in {*rule.columns, *rule.whose}
        or isinstance(column, Date | Timestamptz)
    ]
    opening = {one._meta.name for one in columns} | {"name"}
    key = rule.table._meta.primary_key
    rows = await rule.table.select().where(among(key, sorted(ids))).order_by(key)
    return [
        {"id": row["id"]}
        | {
            column._meta.name: _told(rule, row, column._meta.name)
            for column in columns
            if column._meta.name in opening
        }
        for row in rows
    ]


def _told(rule: PersonalData, row: Mapping[str, Any], name: str) -> Any:
    value = row[name]
    if (reading := rule.opened.get(name)) and value:
        try:
            return msgspec.to_builtins(reading(row))
        except Broken:  # a row whose key is lost is told as it lies, rather than left out
            return value
    if isinstance(value, datetime):
        return value.astimezone(tenants.current().zone).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else _plain(value)


def _plain(value: Any) -> Any:
    """Return a text that is JSON as what it says: a family reads no quotes in quotes."""
    if isinstance(value, str) and value[:1] in "[{":
        with suppress(msgspec.DecodeError):
            return msgspec.json.decode(value)
    return value


def _table(rows: list[dict[str, Any]]) -> bytes:
    return as_csv(list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])


def _cell(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


async def _papers(out: ZipFile, ids: set[int]) -> None:
    for document in await Document.objects().where(Document.id.is_in(sorted(ids) or [0])):
        if document.is_held:
            continue
        with suppress(Broken, FileNotFoundError):  # told in the table, its file is lost
            content = await vault.content(document)
            name = (
                f"documents/{document.id}-{document.kind}.{ENDINGS.get(document.media_type, 'bin')}"
            )
            await in_thread(out.writestr, name, content, ZIP_STORED)


async def _attachments(out: ZipFile, ids: set[int]) -> None:
    for one in await Attachment.objects().where(Attachment.id.is_in(sorted(ids) or [0])):
        name = "".join(
            letter if letter.isalnum() or letter in ".-_" else "-" for letter in one.name
        )
        out.writestr(f"pieces-jointes/{one.id}-{name}", b64decode(one.content), ZIP_STORED)
