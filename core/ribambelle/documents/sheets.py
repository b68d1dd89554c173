"""When is a PDF a paper and nothing more? One that acts, or carries other files, is refused.

What passes is written again by qpdf: whatever stood before, behind or between its objects is left.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from ribambelle.errors import Refused

MEMORY = 64_000_000
"""Bytes one compressed stream may become while the file is read."""
MOST_OBJECTS = 150_000
ACTIONS = frozenset(
    {
        *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR"),
        *("/Rendition", "/RichMediaExecute", "/Movie", "/Sound", "/SetOCGState", "/Thread"),
    }
)
CARRIERS = frozenset(
    {
        *("/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"),
        *("/RichMedia", "/3DD"),
    }
)
SCHEME = re.compile(r"([a-z][a-z0-9+-]*):")
LINKS = frozenset({"http", "https", "mailto", "tel"})


def rewritten(source: Path, target: Path, pages: int) -> int:
    """Write the PDF again without its metadata, and return how many pages it has."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=MEMORY,
        run_length_max_memory=MEMORY,
        png_max_memory=MEMORY,
        tiff_max_memory=MEMORY,
        dct_max_memory=MEMORY,
        doc_max_warnings=1000,
    )
    try:
        # one that opens without a password is only locked against printing: attestations often are
        with pikepdf.open(source) as pdf:
            found = _checked(pdf, pages)
            _bare(pdf)
            pdf.save(target, encryption=False)
    except Refused:
        raise
    except pikepdf.PasswordError as error:
        raise Refused("pdf_locked") from error
    except Exception as error:  # damaged files fail in many ways
        raise Refused("pdf_unreadable") from error
    return found


def _checked(pdf: pikepdf.Pdf, pages: int) -> int:
    if len(pdf.objects) > MOST_OBJECTS:
        raise Refused("pdf_unreadable")
    found = len(pdf.pages)
    if not found:
        raise Refused("pdf_unreadable")
    if found > pages:
        raise Refused("too_many_pages", allowed=pages)
    for one in (pdf.trailer, *pdf.objects):
        for part in _dictionaries(one):
            if acts(part):
                raise Refused("pdf_active")
    return found


def acts(part: pikepdf.Object) -> bool:
    """Tell whether a dictionary of a PDF does something when the paper is read.

    >>> acts(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")))
    True
    >>> acts(pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://www.caf.fr")))
    False
    >>> acts(pikepdf.Dictionary(S=pikepdf.Name.GoTo))
    False
    """
    if any(key in CARRIERS for key in part.keys()):  # noqa: SIM118 - not a mapping of Python
        return True
    action = str(part.get("/S", ""))
    if action == "/URI":
        return leads_astray(str(part.get("/URI", "")))
    return action in ACTIONS or str(part.get("/Subtype", "")) in ("/RichMedia", "/Screen", "/3D")


def leads_astray(address: str) -> bool:
    """Tell whether a link is anything but a page, an e-mail or a telephone.

    >>> [leads_astray(one) for one in ("www.caf.fr/aide", "https://caf.fr", "mailto:a@caf.fr")]
    [False, False, False]
    >>> [leads_astray(one) for one in ("java\\tscript:alert(1)", "file:///etc", "//host/share")]
    [True, True, True]
    """
    bare = "".join(letter for letter in address.lower() if letter > " ")
    scheme = SCHEME.match(bare)
    return bare.startswith(("//", "\\\\")) or bool(scheme and scheme[1] not in LINKS)


def _dictionaries(one: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Yield every dictionary written in an object; what it refers to is an object of its own."""
    waiting = [one]
    while waiting:
        here = waiting.pop()
        if isinstance(here, pikepdf.Dictionary | pikepdf.Stream):
            yield here
            inside = [here.get(key) for key in here.keys()]  # noqa: SIM118 - not a mapping
        elif isinstance(here, pikepdf.Array):
            inside = list(here)
        else:
            continue
        waiting += [
            part for part in inside if isinstance(part, pikepdf.Object) and not part.is_indirect
        ]


def _bare(pdf: pikepdf.Pdf) -> None:
    """Remove who wrote the paper, with what, and where its photos were taken."""
    del pdf.docinfo
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            for name in ("/Metadata", "/PieceInfo"):
                if name in one:
                    del one[name]
        if isinstance(one, pikepdf.Stream) and one.get("/Filter") == pikepdf.Name.DCTDecode:
            one.write(without_exif(one.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def without_exif(photo: bytes) -> bytes:
    """Return a JPEG without the segments that speak of the camera, the place or the author.

    >>> told = b"\\xff\\xe1\\0\\x06GPS!"
    >>> without_exif(b"\\xff\\xd8" + told + b"\\xff\\xda\\0\\x02points\\xff\\xd9")
    b'\\xff\\xd8\\xff\\xda\\x00\\x02points\\xff\\xd9'
    """
    kept, at = bytearray(photo[:2]), 2
    while at + 4 <= len(photo) and photo[at] == 0xFF and photo[at + 1] != 0xDA:
        ends = at + 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
        if photo[at + 1] not in (0xE1, 0xED, 0xFE):  # Exif and XMP, Photoshop, comments
            kept += photo[at:ends]
        at = ends
    return bytes(kept + photo[at:])
