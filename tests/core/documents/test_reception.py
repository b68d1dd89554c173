"""A file becomes a paper that only shows something, in little memory; or it is refused."""

import io
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from tests.core.documents import papers
from tests.core.documents.clamd import Clamd

from ribambelle.documents import antivirus, apart, sheets
from ribambelle.documents.apart import Limits, cleaned
from ribambelle.errors import Refused


def made(tmp_path: Path, content: bytes, limits: Limits | None = None) -> bytes:
    (tmp_path / "sent").write_bytes(content)
    cleaned(tmp_path / "sent", tmp_path / "kept", limits or Limits())
    return (tmp_path / "kept").read_bytes()


def refusal(tmp_path: Path, content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(Refused) as caught:
        made(tmp_path, content, limits)
    return caught.value.reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_a_photo_is_drawn_again(tmp_path: Path, form: str) -> None:
    sent = papers.HEIC if form == "HEIC" else papers.a_photo(form)

    with Image.open(io.BytesIO(made(tmp_path, sent))) as kept:
        assert kept.format == "JPEG"
        red, green, _ = kept.convert("RGB").getpixel((2, 2))  # type: ignore[misc]
        assert red > 200 > 60 > green


def test_the_place_and_the_camera_stay_with_the_sender(tmp_path: Path) -> None:
    sent = papers.a_photo(gps=True)
    assert papers.CANARY in sent

    kept = made(tmp_path, sent)

    assert papers.CANARY not in kept
    assert b"Exif" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()


def test_a_photo_taken_upside_down_is_kept_upright(tmp_path: Path) -> None:
    kept = made(tmp_path, papers.a_photo(turned=3))

    with Image.open(io.BytesIO(kept)) as image:
        assert image.convert("RGB").getpixel((635, 475))[0] > 200  # type: ignore[index]
        assert image.convert("RGB").getpixel((635, 475))[1] < 60  # type: ignore[index]


def test_a_large_photo_is_kept_at_the_size_of_a_sheet(tmp_path: Path) -> None:
    kept = made(tmp_path, papers.a_photo(size=(4000, 3000)))

    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (3000, 2250)


def test_a_pdf_is_written_again_without_its_author(tmp_path: Path) -> None:
    kept = made(tmp_path, papers.a_pdf())

    assert papers.CANARY not in kept
    with pikepdf.open(io.BytesIO(kept)) as pdf:
        assert len(pdf.pages) == 1


def test_a_photo_in_a_pdf_loses_its_place_too(tmp_path: Path) -> None:
    photo = papers.a_photo(gps=True)

    def with_photo(pdf: pikepdf.Pdf) -> None:
        image = pdf.make_stream(photo)
        image.Filter = pikepdf.Name.DCTDecode
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=image))

    kept = made(tmp_path, papers.a_pdf(with_photo))

    assert papers.CANARY not in kept
    assert photo[-200:] in kept


def test_a_pdf_locked_against_printing_only_is_a_paper(tmp_path: Path) -> None:
    """Attestations of the CAF and of taxes open without a password and cannot be edited."""
    locked = papers.a_pdf(encryption=pikepdf.Encryption(user="", owner="secret"))

    with pikepdf.open(io.BytesIO(made(tmp_path, locked))) as pdf:
        assert not pdf.is_encrypted


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (papers.a_pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "pdf_locked"),
        (papers.a_pdf(papers.ACTIVE["script on open"]), "pdf_active"),
        (papers.a_zip("word/document.xml"), "kind_unknown"),
        (b"", "kind_unknown"),
        (papers.a_png(20_000, 20_000), "too_many_pixels"),
        (papers.a_photo()[:900], "image_unreadable"),
    ],
)
def test_what_is_no_paper_is_refused_with_its_reason(
    tmp_path: Path, sent: bytes, reason: str
) -> None:
    assert refusal(tmp_path, sent) == reason


def test_a_pdf_of_many_pages_is_refused(tmp_path: Path) -> None:
    def more(pdf: pikepdf.Pdf) -> None:
        pdf.add_blank_page()

    assert refusal(tmp_path, papers.a_pdf(more), Limits(pages=1)) == "too_many_pages"


@pytest.mark.parametrize("swallow", ["bytearray(2 * a.MEMORY)", "open(words[1], 'wb').write(x)"])
def test_what_is_opened_apart_has_little_memory_and_little_disk(
    tmp_path: Path, swallow: str
) -> None:
    program = (
        "import ribambelle.documents.apart as a; x = bytes(2 * a.LARGEST);"
        f"a.cleaned = lambda *words: {swallow};"
        f"a.main(['clean', '/dev/null', {str(tmp_path / 'kept')!r}, '1', '1'])"
    )

    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert b"unreadable" in said.stdout or said.returncode < 0


def test_twin_a_pdf_that_nobody_reads_would_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "acts", lambda part: False)

    assert papers.CANARY in made(tmp_path, papers.a_pdf(papers.ACTIVE["script on open"]))


async def test_a_page_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(papers.a_pdf())

    await apart.draw(tmp_path / "sent", tmp_path / "drawn", 1)

    with Image.open(tmp_path / "drawn") as image:
        assert max(image.size) == 1600
    with pytest.raises(Refused, match="no_such_page"):
        await apart.draw(tmp_path / "sent", tmp_path / "drawn", 2)


@pytest.fixture
async def clamd() -> AsyncIterator[Clamd]:
    server = Clamd()
    await server.open()
    yield server
    await server.close()


@pytest.mark.asvs("5.4.3")
async def test_the_antivirus_reads_the_whole_file(tmp_path: Path, clamd: Clamd) -> None:
    (tmp_path / "sent").write_bytes(bytes(300_000))

    assert await antivirus.scan(clamd.address, tmp_path / "sent") == ""
    assert clamd.read == [300_000]

    (tmp_path / "sent").write_bytes(b"x" * 70_000 + Clamd.DANGER)
    assert await antivirus.scan(clamd.address, tmp_path / "sent") == "Danger"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: O"])
async def test_an_antivirus_that_does_not_say_clearly_says_nothing(
    tmp_path: Path, clamd: Clamd, answer: bytes
) -> None:
    (tmp_path / "sent").write_bytes(b"paper")
    clamd.answer = answer

    with pytest.raises(antivirus.Unreachable):
        await antivirus.scan(clamd.address, tmp_path / "sent")


async def test_an_antivirus_that_is_away_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"paper")

    with pytest.raises(antivirus.Unreachable):
        await antivirus.scan(str(tmp_path / "no.socket"), tmp_path / "sent")
