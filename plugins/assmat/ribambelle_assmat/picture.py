"""The picture of where children play: drawn again, made small, shown only if she agrees."""

import asyncio
import io
import secrets
from base64 import b64decode, b64encode
from datetime import datetime
from pathlib import Path

from PIL import Image

from ribambelle.database import transaction
from ribambelle.documents import receiving
from ribambelle.errors import NotYours, Refused
from ribambelle.identity import Person
from ribambelle_assmat import declaring
from ribambelle_assmat.tables import Photo

WIDEST = 1200
QUALITY = 78


async def keep(person: Person, number: int, sent: Path, now: datetime) -> None:
    """Keep a picture in place of the former one; refuse what is none, with a reason."""
    await replace(person, number, await drawn(sent), now)


async def drawn(sent: Path) -> str:
    """Return a picture drawn again and made small; refuse what is none, with a reason."""
    async with receiving.examined(sent) as paper:
        if paper.made.media_type != "image/jpeg":
            raise Refused("no_picture")
        if paper.is_held:
            # everybody would see it: what the antivirus did not read is not kept
            raise Refused("infected")
        return await asyncio.to_thread(_small, paper.file)


async def replace(person: Person, number: int, content: str, now: datetime) -> None:
    """Put a picture that was drawn again in place of the former one."""
    row = Photo(childminder=number, code=secrets.token_hex(16), content=content, changed_at=now)
    async with transaction():
        await Photo.delete().where(Photo.childminder == number)
        await Photo.insert(row)
        await declaring.record(person, number, "assmat.photo_sent")


async def drop(person: Person, number: int) -> None:
    """Forget the picture; dropped twice, the same."""
    async with transaction():
        await Photo.delete().where(Photo.childminder == number)
        await declaring.record(person, number, "assmat.photo_dropped")


async def code_of(number: int) -> str:
    """Return what the address of her picture holds; nothing when there is none."""
    row = await Photo.select(Photo.code).where(Photo.childminder == number).first()
    return str(row["code"]) if row else ""


async def content(number: int, code: str) -> bytes:
    """Return a picture, or behave as if there were none."""
    row = await Photo.objects().get((Photo.childminder == number) & (Photo.code == code))
    if row is None:
        raise NotYours
    return b64decode(row.content)


def _small(file: Path) -> str:
    with Image.open(file, formats=["JPEG"]) as image:
        image.thumbnail((WIDEST, WIDEST))
        made = io.BytesIO()
        image.save(made, "JPEG", quality=QUALITY, optimize=True)
    return b64encode(made.getvalue()).decode()
