"""Which colours does a commune's portal use, given its one brand colour?

The brand keeps its hue; lightness moves step by step until every text, link, button and border
reaches its contrast, in light and in dark. The colour space is OKLCH, where equal steps of
lightness look equal; contrast is WCAG 2.2's. Only the band at the top shows the pure brand.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from math import degrees, radians
from typing import NamedTuple

from ribambelle.errors import Misconfigured
from ribambelle.tenants.colour import Lch, contrast, turn

COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
WHITE, INK, BLACK = "#ffffff", "#14171a", "#000000"

# Hues of the messages, in degrees: fixed, so that red means the same in every commune.
STATES = {"ok": 150, "alerte": 70, "erreur": 25, "info": 245}

# Foreground, background, least contrast. Text 7, other text 4.5, borders and shapes 3.
MINIMUMS: tuple[tuple[str, str, float], ...] = (
    ("texte", "fond", 7),
    ("texte", "surface", 7),
    ("texte", "surface2", 7),
    ("texte", "doux", 7),
    ("texte2", "fond", 4.5),
    ("texte2", "surface", 4.5),
    ("texte2", "surface2", 4.5),
    ("texte2", "doux", 4.5),
    ("action", "fond", 4.5),
    ("action", "surface", 4.5),
    ("action", "surface2", 4.5),
    ("action", "doux", 4.5),
    ("survol", "surface", 4.5),
    ("survol", "fond", 4.5),
    ("sur-action", "action", 4.5),
    ("sur-action", "survol", 4.5),
    ("sur-doux", "doux", 4.5),
    ("sur-doux", "surface", 4.5),
    ("sur-marque", "marque", 4.5),
    ("trait-fort", "fond", 3),
    ("trait-fort", "surface", 3),
    ("trait-fort", "surface2", 3),
    *((state, f"{state}-doux", 4.5) for state in STATES),
    *((state, "surface", 4.5) for state in STATES),
    *((state, "fond", 4.5) for state in STATES),
    *(("texte", f"{state}-doux", 7) for state in STATES),
    *(("action", f"{state}-doux", 4.5) for state in STATES),
)


class Pair(NamedTuple):
    """One colour on another, in one mode, with the contrast it has and the least it needs."""

    front: str
    back: str
    mode: str
    contrast: float
    least: float

    @property
    def passes(self) -> bool:
        """Whether a family can read it."""
        return self.contrast >= self.least


def parse_colour(text: str, file: str = "", key: str = "brand.colour") -> str:
    """Return a colour as `#rrggbb`, or refuse it.

    >>> parse_colour("#0B5FA5"), parse_colour("fd0")
    ('#0b5fa5', '#ffdd00')
    >>> parse_colour("bleu")
    Traceback (most recent call last):
    ...
    ribambelle.errors.Misconfigured: clé « brand.colour » : « bleu » n’est pas une couleur. Écrivez un code à six chiffres, par exemple #0B5FA5.
    """  # noqa: E501 - the message is quoted whole
    found = COLOUR.fullmatch(text.strip())
    if found is None:
        raise Misconfigured(
            f"« {text} » n’est pas une couleur",
            file=file,
            key=key,
            cure="écrivez un code à six chiffres, par exemple #0B5FA5",
        )
    digits = found[1].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def roles(colour: str) -> dict[str, tuple[str, str]]:
    """Return every role of the portal as (light, dark), from one brand colour.

    A yellow stays yellow on the band, and becomes an ochre that can be read on buttons:

    >>> yellow = roles("#FFD500")
    >>> yellow["marque"][0], yellow["action"][0]
    ('#ffd500', '#7c6705')
    """
    brand = parse_colour(colour)
    return neutrals(brand) | accents(brand) | states(brand)


def neutrals(brand: str) -> dict[str, tuple[str, str]]:
    """Return grounds, texts and lines: greys that lean a little towards the brand."""
    hue = Lch.of(brand).hue
    lean = min(Lch.of(brand).chroma, 0.012)
    ground = {
        "fond": (Lch(0.975, lean / 2, hue).hex(), Lch(0.18, lean, hue).hex()),
        "surface": (WHITE, Lch(0.225, lean, hue).hex()),
        "surface2": (Lch(0.955, lean, hue).hex(), Lch(0.275, lean, hue).hex()),
    }
    soft = softened(brand)
    light, dark = columns([*ground.values(), soft])
    return ground | {
        "doux": soft,
        "texte": (Lch(0.22, lean * 1.6, hue).hex(), Lch(0.95, lean / 2, hue).hex()),
        "texte2": (
            Lch(0.60, lean * 2, hue).darkened(light, 5),
            Lch(0.55, lean * 2, hue).lightened(dark, 5),
        ),
        "trait": (Lch(0.89, lean, hue).hex(), Lch(0.36, lean, hue).hex()),
        "trait-fort": (
            Lch(0.75, lean * 2, hue).darkened(light[:3], 3.1),
            Lch(0.40, lean * 2, hue).lightened(dark[:3], 3.1),
        ),
    }


def accents(brand: str) -> dict[str, tuple[str, str]]:
    """Return the colours of what can be pressed, chosen or is chosen."""
    own = Lch.of(brand)
    soft = softened(brand)
    grounds = neutrals(brand)
    washes = [washed(angle) for angle in STATES.values()]
    light, dark = columns(
        [*(grounds[name] for name in ("fond", "surface", "surface2")), soft, *washes]
    )
    action = (
        Lch(min(own.light, 0.62), own.chroma, own.hue).darkened(light, 4.6),
        Lch(max(own.light, 0.68), min(own.chroma, 0.13), own.hue).lightened(dark, 4.6),
    )
    return {
        "marque": (brand, brand),
        "sur-marque": (readable_on(brand), readable_on(brand)),
        "action": action,
        "survol": hovered(action),
        "sur-action": (WHITE, Lch(0.17, min(own.chroma, 0.012), own.hue).hex()),
        "sur-doux": (
            Lch(0.42, min(own.chroma, 0.12), own.hue).darkened(soft[:1], 7),
            Lch(0.80, min(own.chroma, 0.09), own.hue).lightened(soft[1:], 7),
        ),
    }


def states(brand: str) -> dict[str, tuple[str, str]]:
    """Return the colours of messages, each with its pale ground, readable beside this brand."""
    grounds = neutrals(brand)
    found = {}
    for state, angle in STATES.items():
        wash, hue = washed(angle), radians(angle)
        light, dark = columns([*(grounds[name] for name in ("fond", "surface", "surface2")), wash])
        found[f"{state}-doux"] = wash
        found[state] = (
            Lch(0.52, 0.13, hue).darkened(light, 4.6),
            Lch(0.72, 0.12, hue).lightened(dark, 4.6),
        )
    return found


def softened(brand: str) -> tuple[str, str]:
    """Return the ground of what is chosen: the brand, almost white and almost black."""
    own = Lch.of(brand)
    return (
        Lch(0.945, min(own.chroma, 0.04), own.hue).hex(),
        Lch(0.32, min(own.chroma, 0.07), own.hue).hex(),
    )


def washed(angle: float) -> tuple[str, str]:
    """Return the pale ground of a message of this hue."""
    return Lch(0.955, 0.035, radians(angle)).hex(), Lch(0.30, 0.05, radians(angle)).hex()


def hovered(action: tuple[str, str]) -> tuple[str, str]:
    """Return the action colour under the pointer: further from the ground in both modes."""
    light, dark = Lch.of(action[0]), Lch.of(action[1])
    # Almost black cannot darken: it lightens a little instead, and is still far above 4.5.
    step = -0.07 if light.light > 0.15 else 0.14
    return (
        Lch(light.light + step, light.chroma, light.hue).hex(),
        Lch(min(dark.light + 0.06, 0.99), min(dark.chroma, 0.12), dark.hue).hex(),
    )


def readable_on(brand: str) -> str:
    """Return white when it can be read on the brand, else the ink, else black.

    >>> readable_on("#0B5FA5"), readable_on("#FFD500")
    ('#ffffff', '#14171a')
    """
    return next(text for text in (WHITE, INK, BLACK) if contrast(text, brand) >= 4.5)


def check(colour: str) -> list[Pair]:
    """Return every pair of colours the portal puts together, with its contrast in both modes.

    >>> all(pair.passes for pair in check("#FFD500"))
    True
    """
    found = roles(colour)
    return [
        Pair(front, back, mode, contrast(found[front][column], found[back][column]), least)
        for front, back, least in MINIMUMS
        for column, mode in enumerate(("clair", "sombre"))
    ]


def repair(colour: str) -> str:
    """Return the nearest colour that buttons and links can wear as it is.

    >>> repair("#0B5FA5"), repair("#FFD500")
    ('#0b5fa5', '#7c6705')
    """
    return roles(colour)["action"][0]


def warnings(colour: str) -> list[str]:
    """Say, in French, what a commune should know of its colour before families see it.

    >>> warnings("#0B5FA5")
    []
    >>> warnings("#FFD500")[-1]
    'couleur trop pâle pour du texte : boutons et liens prendront #7c6705, plus foncé'
    >>> warnings("#C8102E")[0][:35]
    'couleur proche du rouge des erreurs'
    """
    brand = parse_colour(colour)
    own = Lch.of(brand)
    found = []
    for state, told in (("erreur", "rouge des erreurs"), ("alerte", "orange des alertes")):
        if own.chroma > 0.04 and turn(degrees(own.hue), STATES[state]) < 25:
            found.append(
                f"couleur proche du {told} : les messages d’{state}"
                " se distingueront moins des boutons"
            )
    if own.light < 0.27:
        found.append("couleur presque noire : les liens se distingueront peu du texte")
    if repair(brand) != brand:
        found.append(
            "couleur trop pâle pour du texte : boutons et liens prendront"
            f" {repair(brand)}, plus foncé"
        )
    return found


@lru_cache(maxsize=1024)
def stylesheet(colour: str) -> str:
    """Return theme.css: the roles as variables, light for old browsers, both for the others.

    >>> print(stylesheet("#0B5FA5")[:59])
    :root{--fond:#f4f7fb;--surface:#ffffff;--surface2:#eaf1f8;-
    """
    found = roles(colour)
    light = "".join(f"--{role}:{day};" for role, (day, _) in found.items())
    both = "".join(f"--{role}:light-dark({day},{night});" for role, (day, night) in found.items())
    return f":root{{{light}}}\n@supports (color:light-dark(#000,#fff)){{:root{{{both}}}}}\n"


def columns(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split (light, dark) pairs into the light ones and the dark ones."""
    light, dark = zip(*pairs, strict=True)
    return tuple(light), tuple(dark)
