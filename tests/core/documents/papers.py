"""Papers and photos as families send them, and what a hostile sender would make of them."""

import io
import struct
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator

import pikepdf
from PIL import Image, PngImagePlugin

CANARY = b"ZyxCanary"
"""Whatever hides in a file bears this word: nothing that is kept may."""
LIMIT = 12_000_000


def a_photo(
    form: str = "JPEG", size: tuple[int, int] = (640, 480), *, gps: bool = False, turned: int = 1
) -> bytes:
    """Return a photo with a red top left corner; with its place and its camera when asked."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 4, size[1] // 4))
    exif = Image.Exif()
    if gps:
        exif[0x010F] = CANARY.decode()  # the maker
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (47.0, 13.0, 6.0)
    if turned != 1:
        exif[0x0112] = turned
    told = io.BytesIO()
    image.save(told, form, exif=exif)
    return told.getvalue()


HEIC = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA"
    "AAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAD8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34"
    "+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5"
    "uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAA"
    "AAAoY2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAA"
    "AAAAAAEAAQWBAgMFhAAAAEdtZGF0AAAAOygBrxmA+0thD/45z+XZftg/qYop8dXtY4FmIq0xuATg+pk6wzZu4DAr"
    "JSnsXzp5BPD/4KLXz1qI/N/g"
)
"""A telephone's photo, 64 points by 48: what reads this format here does not write it."""


def a_pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **saving: object) -> bytes:
    """Return a PDF of one page, changed before it is saved."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.docinfo["/Author"] = CANARY.decode()
    if change:
        change(pdf)
    told = io.BytesIO()
    pdf.save(told, **saving)  # type: ignore[arg-type]
    return told.getvalue()


def _action(**keys: object) -> pikepdf.Object:
    return pikepdf.Dictionary(Type=pikepdf.Name.Action, **keys)


def _script(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return _action(S=pikepdf.Name.JavaScript, JS=pikepdf.String(f"app.alert('{CANARY.decode()}')"))


def _on_open(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _script(pdf)


def _on_open_apart(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(_script(pdf))


def _named_script(pdf: pikepdf.Pdf) -> None:
    names = pikepdf.Array([pikepdf.String("a"), _script(pdf)])
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))


def _page_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=_script(pdf))


def _chained_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = _action(
        S=pikepdf.Name.GoTo, D=pikepdf.Array([]), Next=pikepdf.Array([_script(pdf)])
    )


def _script_in_a_stream(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"app.alert(1)")
    pdf.Root.OpenAction = _action(S=pikepdf.Name.JavaScript, JS=stream)


def _annotation(pdf: pikepdf.Pdf, action: pikepdf.Object, subtype: str = "/Link") -> None:
    box = pikepdf.Array([0, 0, 595, 842])
    one = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(subtype), Rect=box, A=action
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(one)])


def _clicked(action: str) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        _annotation(pdf, _action(S=pikepdf.Name(action), F=pikepdf.String("calc.exe")))

    return change


def _script_link(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, _action(S=pikepdf.Name.URI, URI=pikepdf.String(" JavaScript:alert(1)")))


def _file_link(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, _action(S=pikepdf.Name.URI, URI=pikepdf.String("file:///etc/passwd")))


def _screen(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, _action(S=pikepdf.Name.Named), "/Screen")


def _rich_media(pdf: pikepdf.Pdf) -> None:
    _annotation(pdf, _action(S=pikepdf.Name.Named), "/RichMedia")


def _embedded(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["evil.exe"] = b"MZ" + CANARY


def _form_xfa(pdf: pikepdf.Pdf) -> None:
    xfa = pdf.make_stream(b"<xdp:xdp><script>" + CANARY + b"</script></xdp:xdp>")
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]), XFA=xfa)


def _field_script(pdf: pikepdf.Pdf) -> None:
    field = pikepdf.Dictionary(
        FT=pikepdf.Name.Tx, T=pikepdf.String("a"), AA=pikepdf.Dictionary(K=_script(pdf))
    )
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(field)]))


def _renamed_script(pdf: pikepdf.Pdf) -> None:
    """``/J#61vaScript`` is the same name, written otherwise."""
    pdf.Root.OpenAction = _script(pdf)


ACTIVE: dict[str, Callable[[pikepdf.Pdf], None]] = {
    "script on open": _on_open,
    "script on open, apart": _on_open_apart,
    "script by name": _named_script,
    "script of a page": _page_script,
    "script after another action": _chained_script,
    "script in a stream": _script_in_a_stream,
    "script link": _script_link,
    "file link": _file_link,
    "screen": _screen,
    "rich media": _rich_media,
    "embedded file": _embedded,
    "XFA form": _form_xfa,
    "field script": _field_script,
    **{
        f"{name} on click": _clicked(f"/{name}")
        for name in ("Launch", "ImportData", "SubmitForm", "GoToE", "GoToR", "Rendition", "Sound")
    },
}


def a_png(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a PNG that announces a size, whatever it holds."""

    def chunk(name: bytes, content: bytes) -> bytes:
        sealed = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", sealed)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows or b"\0" * 100_000, 9)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def a_jpeg_of(width: int, height: int) -> bytes:
    """Return a small JPEG whose header announces another size."""
    photo = bytearray(a_photo(size=(16, 16)))
    at = photo.find(b"\xff\xc0")
    photo[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(photo)


def a_zip(name: str = "a.txt", content: bytes = CANARY) -> bytes:
    """Return an archive."""
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return told.getvalue()


def a_stream_bomb(megabytes: int = 400) -> bytes:
    """Return a PDF whose objects lie in a stream that grows a thousand times when opened."""
    packer = zlib.compressobj(9)
    body = packer.compress(b"4 0 << >> ")
    for _ in range(megabytes):
        body += packer.compress(b" " * 1_000_000)
    body += packer.flush()
    parts = [
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X 4 0 R >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n",
        b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(body)
        + body
        + b"\nendstream\nendobj\n",
    ]
    told, offsets = b"%PDF-1.5\n", {}
    for number, part in zip((1, 2, 3, 5), parts, strict=True):
        offsets[number] = len(told)
        told += part
    rows = b"".join(
        struct.pack(">BIB", 2, 5, 0)
        if number == 4
        else struct.pack(">BIB", 1 if number in offsets else 0, offsets.get(number, 0), 0)
        for number in range(7)
    )
    start = len(told)
    told += (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n"
        % len(rows)
        + rows
        + b"\nendstream\nendobj\n"
    )
    return told + b"startxref\n%d\n%%%%EOF\n" % start


PAGE = b"<html><script>" + CANARY + b"</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>' + CANARY + b"</script></svg>"


def hiding() -> Iterator[tuple[str, bytes]]:
    """Yield files that hide something in a paper: the paper is kept, what hides in it is not."""
    tails = {"zip": a_zip(), "html": PAGE, "svg": SVG, "exe": b"MZ" + CANARY, "pdf": a_pdf()}
    for form in ("JPEG", "PNG", "WEBP"):
        for name, tail in tails.items():
            yield f"{form} then {name}", a_photo(form) + tail
    for name, tail in tails.items():
        if name != "pdf":
            yield f"PDF then {name}", a_pdf() + tail
    whole = a_pdf()
    yield "PDF with HTML in a comment", whole.replace(b"\n", b"\n%" + PAGE + b"\n", 1)
    photo = a_photo()
    for marker in (0xFE, 0xE1, 0xED, 0xE2, 0xEF):
        hidden = bytes([0xFF, marker]) + struct.pack(">H", len(PAGE) + 2) + PAGE
        yield f"JPEG with HTML in segment {marker:x}", photo[:2] + hidden + photo[2:]
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", PAGE.decode(), zip=True)
    image = io.BytesIO()
    Image.new("RGB", (9, 9)).save(image, "PNG", pnginfo=told)
    yield "PNG with HTML in its words", image.getvalue()
    yield "PDF with a stream that grows a thousand times", a_stream_bomb()
    yield "PDF with pages in a circle", whole.replace(b"/Kids [", b"/Kids [ 2 0 R 1 0 R ")
    yield (
        "PNG with HTML in its points",
        a_png(9, 9, b"".join(b"\0" + (PAGE * 2)[:27] for _ in "9" * 9)),
    )


def refused() -> Iterator[tuple[str, bytes]]:
    """Yield files that are no papers, or that do something, or that would swallow the machine."""
    for name, change in ACTIVE.items():
        yield f"PDF: {name}", a_pdf(change)
        yield (
            f"PDF, packed: {name}",
            a_pdf(change, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        )
    written = a_pdf(_renamed_script)
    yield "PDF: name written otherwise", written.replace(b"/JavaScript", b"/J#61vaScript")
    yield "PDF: locked", a_pdf(encryption=pikepdf.Encryption(user="secret", owner="secret"))
    yield (
        "PDF: no page",
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>",
    )
    yield "PDF: nested", b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000
    for name, head in {
        "html": PAGE,
        "svg": SVG,
        "svg after xml": b"<?xml version='1.0'?>" + SVG,
        "zip": a_zip(),
        "word": a_zip("word/document.xml"),
        "zip bomb": a_zip("a", b"\0" * 30_000_000),
        "traversing zip": a_zip("../../../etc/passwd"),
        "gif": b"GIF89a" + bytes(40),
        "gif and script": b"GIF89a/*" + PAGE,
        "bmp": b"BM" + bytes(60),
        "tiff": b"II*\0" + bytes(60),
        "postscript": b"%!PS-Adobe-3.0\n(calc) run",
        "program": b"MZ" + bytes(200),
        "elf": b"\x7fELF" + bytes(200),
        "script": b"#!/bin/sh\nrm -rf /",
        "php": b"<?php system($_GET['c']); ?>",
        "text": b"Bonjour",
        "mp4": b"\0\0\0\x18ftypisom" + bytes(60),
        "avif": b"\0\0\0\x18ftypavif" + bytes(60),
        "PDF after HTML": PAGE + a_pdf(),
        "PDF after a space": b" " + a_pdf(),
        "PDF after a BOM": b"\xef\xbb\xbf" + a_pdf(),
        "one byte": b"%",
        "zeros": bytes(1000),
        "null then JPEG": b"\0" + a_photo(),
    }.items():
        yield name, head
    for form in ("JPEG", "PNG", "WEBP"):
        photo = a_photo(form)
        for kept in (16, 40, len(photo) // 2):
            yield f"{form} cut after {kept}", photo[:kept]
    yield "HEIC of nothing", b"\0\0\0\x18ftypheic" + bytes(400)
    yield "PDF cut", a_pdf()[:60]
    for side in (8_000, 20_000, 60_000, 2**31 - 1):
        yield f"PNG of {side} points", a_png(side, side)
    for side in (8_000, 20_000, 65_000):
        yield f"JPEG of {side} points", a_jpeg_of(side, side)
    yield "PNG of no point", a_png(0, 0)
    yield "flood of points", a_png(7_200, 7_200, b"\0" * 21_601 * 7_200)
