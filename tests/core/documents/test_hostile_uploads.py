"""More than a hundred files a hostile sender would try: none is kept that acts, or that hides.

Each is sent as a browser would, under a name and a type that lie.
"""

import io
import re
import resource
import tracemalloc
from collections.abc import AsyncIterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from tests.core.documents import papers

from ribambelle.documents import apart, sheets, vault
from ribambelle.documents.tables import Document
from ribambelle.forms.files import sent
from ribambelle.testing import Communes, Town
from ribambelle.web import uploads

NAMES = (
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\calc.exe",
    "/etc/shadow",
    "a\x00.pdf",
    "a\r\nSet-Cookie: session=1.jpg",
    "\u202egpj.exe",
    "COM1",
    "." * 300,
    "é" * 200 + ".pdf",
    "<img src=x onerror=alert(1)>.png",
    "'; DROP TABLE core_document; --.pdf",
    "%2e%2e%2fsecret.key",
)
TYPES = ("image/jpeg", "application/pdf", "text/html", "image/svg+xml", "x/y; charset=evil", "")
SEALED = re.compile(r"documents/[0-9a-f]{2}/[0-9a-f]{32}")


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one account send them all."""
    monkeypatch.setattr(uploads, "AT_MOST", 10_000)


def files_of(town: Town) -> set[str]:
    """Return every file of a commune, but those its database comes and goes with."""
    folder = town.tenant.folder
    found = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    return {name for name in found if not name.startswith("portal.sqlite")}


def some_of(town: Town, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return one file in two on SQLite, one in six on PostgreSQL: no base opens a file to judge it."""
    step = 6 if town.tenant.settings.database.url else 2
    return dict(list(files.items())[::step])


async def send_all(town: Town, files: dict[str, bytes]) -> dict[str, int]:
    """Send files as a family; return the status of each answer."""
    browser, answers = await town.family(), dict[str, int]()
    names, types = cycle(NAMES), cycle(TYPES)
    for what, content in files.items():
        part = (next(names), content, next(types))
        answer = await browser.post("/documents", data={"kind": "birth"}, files={"file": part})
        assert papers.CANARY.decode() not in answer.text
        answers[what] = answer.status_code
    return answers


async def kept_in(town: Town) -> list[tuple[Document, bytes]]:
    with town.here():
        found = await Document.objects().order_by(Document.id)
        return [(one, await vault.content(one)) for one in found]


def test_there_are_more_than_a_hundred() -> None:
    assert len(dict(papers.refused())) + len(dict(papers.hiding())) >= 110


@pytest.mark.asvs("5.2.2", "1.3.4")
async def test_what_is_no_paper_is_not_kept(communes: Communes) -> None:
    town = communes.alpha
    last = {"nothing": b"", "too large": b"%PDF-" + bytes(12_000_000)}
    hostile = {**some_of(town, dict(papers.refused())), **last}
    before = files_of(town)

    answers = await send_all(town, hostile)

    assert {what: status for what, status in answers.items() if status != 422} == {}
    assert await kept_in(town) == []
    assert files_of(town) == before


@pytest.mark.asvs("1.2.2")
async def test_what_hides_in_a_paper_is_not_kept(communes: Communes) -> None:
    town = communes.alpha
    before = files_of(town)

    hiding = some_of(town, dict(papers.hiding()))

    answers = await send_all(town, hiding)

    kept = await kept_in(town)
    assert len(kept) == sum(status == 303 for status in answers.values()) >= len(hiding) * 0.8
    for document, content in kept:
        assert papers.CANARY not in content
        assert b"<script" not in content
        if document.media_type == "image/jpeg":
            with Image.open(io.BytesIO(content)) as image:
                image.load()
                assert image.format == "JPEG"
                assert not image.getexif()
        else:
            with pikepdf.open(io.BytesIO(content)) as pdf:
                parts = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
                assert not any(sheets.acts(one) for one in parts)
            assert content.rstrip().endswith(b"%%EOF")
    new = files_of(town) - before
    assert len(new) == len(kept)
    assert all(SEALED.fullmatch(name) for name in new)


@pytest.mark.asvs("5.2.3", "5.2.1")
async def test_nothing_hostile_takes_much_memory(communes: Communes) -> None:
    """The largest process was allowed 1.2 GB of addresses: none held more."""
    worst = ("flood of points", "PNG of 60000 points", "JPEG of 65000 points", "PDF: nested")
    hostile = {name: body for name, body in papers.refused() if name in worst}
    bomb = dict(papers.hiding())["PDF with a stream that grows a thousand times"]

    await send_all(communes.alpha, {**hostile, "bomb": bomb})

    assert len(hostile) == len(worst)
    # the largest child of this whole run, ours included
    held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert held < apart.MEMORY


class Slow:
    """A form that comes in small parts, as from a telephone."""

    content_type = ("multipart/form-data", {"boundary": "x"})

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the form."""
        yield b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nbirth\r\n'
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for _ in range(self.megabytes * 16):
            yield bytes(62_500)
        yield b"\r\n--x--\r\n"


@pytest.mark.asvs("5.2.1")
@pytest.mark.parametrize("megabytes", [12, 30])
async def test_a_file_is_never_whole_in_memory(tmp_path: Path, megabytes: int) -> None:
    form: Any = Slow(megabytes)
    tracemalloc.start()

    async with sent(form, tmp_path / "reception", largest=papers.LIMIT) as read:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert peak < papers.LIMIT / 10
        assert read.fields == {"kind": "birth"}
        assert read.size == megabytes * 1_000_000
        assert read.file.stat().st_size <= papers.LIMIT

    assert not list((tmp_path / "reception").iterdir())


async def test_twin_drawn_from_the_same_file_its_exif_would_stay(
    communes: Communes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is kept must be drawn again: passed as it came, the place would be kept with it."""

    async def passed(source: Path, target: Path, limits: apart.Limits) -> apart.Clean:
        target.write_bytes(source.read_bytes())
        return apart.Clean("image/jpeg", 1)

    monkeypatch.setattr(apart, "clean", passed)

    await send_all(communes.alpha, {"photo": papers.a_photo(gps=True)})

    ((_, content),) = await kept_in(communes.alpha)
    assert papers.CANARY in content
