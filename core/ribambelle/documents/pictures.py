"""How does a photo become a picture that holds what was photographed, and nothing else?

It is drawn again, point by point: position, date, thumbnail and whatever hid behind the picture
stay with the sender.
"""

import warnings
from pathlib import Path

from PIL import Image, ImageOps

from ribambelle.errors import Refused

LONGEST = 3000
"""Points of the longest side, as kept: a sheet of A4 at 250 dots per inch."""
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}


def redrawn(source: Path, target: Path, kind: str, pixels: int) -> None:
    """Write the picture again as a JPEG; refuse what has too many points before decoding it."""
    if kind == "heic":
        from pi_heif import register_heif_opener

        register_heif_opener()
    try:
        with warnings.catch_warnings(), Image.open(source, formats=[FORMATS[kind]]) as image:
            warnings.simplefilter("ignore")
            require_pixels(image.width * image.height, pixels)
            image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at the size it is kept
            image.thumbnail((LONGEST, LONGEST))
            picture = _flat(ImageOps.exif_transpose(image))
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels", allowed=pixels) from error
    except Exception as error:  # decoders fail in many ways on what is not a picture
        raise Refused("image_unreadable") from error
    picture.save(target, "JPEG", quality=85)


def require_pixels(found: int, allowed: int) -> None:
    """Refuse a picture with more points than a camera makes.

    >>> require_pixels(20_000 * 20_000, 50_000_000)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: too_many_pixels (allowed=50000000)
    """
    if found > allowed:
        raise Refused("too_many_pixels", allowed=allowed)


def _flat(image: Image.Image) -> Image.Image:
    """Return a new picture on white paper, that knows nothing of the one it was made from."""
    if image.mode.startswith("I"):  # sixteen bits per point: a scanner's grey
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    paper = Image.new("RGB", image.size, "white")
    if "A" in image.getbands() or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper.paste(layer, mask=layer.getchannel("A"))
    else:
        paper.paste(image.convert("RGB"))
    return paper
