"""The file of a bordereau, in the commune's own folder: whole or absent, the same bytes each time."""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from ribambelle import tenants
from ribambelle.database import transaction
from ribambelle.errors import Refused
from ribambelle.tenants import Tenant
from ribambelle_paiement_tresor.pes import schemas, writing
from ribambelle_paiement_tresor.queries import titres
from ribambelle_paiement_tresor.settings import Settings
from ribambelle_paiement_tresor.tables import Bordereau

SLICE = 500


def folder(tenant: Tenant) -> Path:
    """Return where the commune keeps what it sends to the comptable."""
    return tenant.folder / "paiement" / "titres"


async def write(bordereau: int) -> None:
    """Write the file of a bordereau; a job. What stops it is told on its page."""
    tenant = tenants.current()
    try:
        await written(tenant, await titres.one(bordereau))
    except Refused as refusal:
        told = str(refusal.facts.get("why", refusal.reason))[:500]
        await Bordereau.update({Bordereau.told: told}).where(Bordereau.id == bordereau)


async def written(tenant: Tenant, row: Bordereau) -> Path:
    """Return the file of a bordereau, written and checked the first time it is asked for.

    It bears its name only once it is whole: nobody sends half of it.
    Raises Refused: schemas_missing, schema_refuses.
    """
    file = folder(tenant) / f"{row.file}.xml"
    settings = tenant.of(Settings).titres
    if file.is_file() and row.state != "to_write":
        return file
    folder(tenant).mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{secrets.token_hex(8)}.draft")
    try:
        with draft.open("w", encoding=writing.ENCODING, newline="\n") as content:
            draft.chmod(0o600)
            async for part in parts(row):
                content.write(part)
            content.flush()
            os.fsync(content.fileno())
        if settings.check:
            await schemas.check(draft, settings.schemas)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    if row.state == "to_write":
        async with transaction():
            still = (Bordereau.id == row.id) & (Bordereau.state == "to_write")
            await Bordereau.update({Bordereau.state: "written", Bordereau.told: ""}).where(still)
    return file


async def parts(row: Bordereau) -> AsyncIterator[str]:
    """Return the text of a file, a few hundred pieces at a time."""
    issuer = titres.issuer_of(row)
    subject = f"FACTURES DE REGIE IMPAYEES {row.exercise}"
    yield writing.head(
        writing.Head(
            *(row.form, row.file, row.exercise, row.type, row.number, row.day),
            *(row.pieces, int(row.cents), subject),
        ),
        issuer,
    )
    after = 0
    while some := await titres.pieces(int(row.id), after, SLICE):
        after = int(some[-1].id)
        yield "".join(
            writing.piece(one, row.form, row.exercise, issuer) for one in await titres.written(some)
        )
    yield writing.FOOT
