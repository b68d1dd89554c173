"""How far apart do two colours look, and which one is a little lighter?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, sin
from typing import Self


@dataclass(frozen=True, slots=True)
class Lch:
    """A colour as the eye sorts it: lightness 0 to 1, chroma from grey up, hue in radians."""

    light: float
    chroma: float
    hue: float

    @classmethod
    def of(cls, colour: str) -> Self:
        """Read a `#rrggbb` colour."""
        red, green, blue = linear(colour)
        long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
        medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
        short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
        light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        return cls(light, hypot(a, b), atan2(b, a))

    def hex(self) -> str:
        """Return the nearest colour a screen can show, giving up chroma before lightness."""
        chroma = self.chroma
        while True:
            rgb = Lch(self.light, max(chroma, 0), self.hue)._screen()
            if chroma <= 0 or all(-1e-4 <= part <= 1.0001 for part in rgb):
                return "#" + "".join(f"{round(255 * gamma(min(1, max(0, x)))):02x}" for x in rgb)
            chroma -= 0.004

    def darkened(self, grounds: Iterable[str], least: float) -> str:
        """Return this colour, darkened until it reaches a contrast on all these grounds."""
        return self._moved(tuple(grounds), least, -0.005)

    def lightened(self, grounds: Iterable[str], least: float) -> str:
        """Return this colour, lightened until it reaches a contrast on all these grounds."""
        return self._moved(tuple(grounds), least, 0.005)

    def _moved(self, grounds: tuple[str, ...], least: float, step: float) -> str:
        light = min(max(self.light, 0), 1)
        while True:
            colour = Lch(light, self.chroma, self.hue).hex()
            if all(contrast(colour, ground) >= least for ground in grounds):
                return colour
            if not 0 <= light <= 1:
                raise ValueError(f"no lightness reaches {least} on {', '.join(grounds)}")
            light += step

    def _screen(self) -> tuple[float, float, float]:
        a, b = self.chroma * cos(self.hue), self.chroma * sin(self.hue)
        long = (self.light + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (self.light - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.light - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 measures it, from 1 to 21.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    pale, deep = sorted((luminance(one), luminance(other)), reverse=True)
    return round((pale + 0.05) / (deep + 0.05), 4)


@lru_cache(maxsize=4096)
def luminance(colour: str) -> float:
    """Return how bright a colour is, from 0 to 1."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> tuple[float, float, float]:
    """Return the light each of red, green and blue sends, from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return ungamma(red), ungamma(green), ungamma(blue)


def ungamma(part: float) -> float:
    """Return the light of a screen value."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def gamma(part: float) -> float:
    """Return the screen value of a light."""
    return 12.92 * part if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)


def turn(one: float, other: float) -> float:
    """Return the angle between two hues, at most half a turn.

    >>> turn(350, 25)
    35
    """
    return abs((one - other + 180) % 360 - 180)
