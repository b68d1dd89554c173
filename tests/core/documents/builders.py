"""What tests of the vault start from."""

from pathlib import Path
from typing import Any

from ribambelle.documents import shelf, vault
from ribambelle.documents.apart import Clean
from ribambelle.documents.tables import Document
from ribambelle.documents.uses import Actor, Owner
from ribambelle.documents.vault import Paper

FAMILY, OFFICE = Actor(1, "family"), Actor(2, "office")


def a_paper(shown: bytes = b"%PDF-1.7 paper", **changed: Any) -> Paper:
    """Write a paper that was examined."""
    shelf.reception().mkdir(parents=True, exist_ok=True)
    file: Path = shelf.reception() / shelf.new_name()
    file.write_bytes(shown)
    return Paper(file, Clean("application/pdf", 1), **changed)


async def a_document(
    shown: bytes = b"%PDF-1.7 paper", kind: str = "address", account: int | None = 1, **changed: Any
) -> Document:
    """Give a paper, and return it as the base has it; other columns are changed after."""
    paper = a_paper(shown)
    made = await vault.give(paper, kind, Owner(account), FAMILY)
    paper.file.unlink()
    if changed:
        columns = {getattr(Document, name): value for name, value in changed.items()}
        await Document.update(columns).where(Document.id == made.id)
    return await again(made.id)


async def again(number: int) -> Document:
    """Return a paper as the base has it now."""
    found = await Document.objects().get(Document.id == number)
    assert found is not None
    return found
