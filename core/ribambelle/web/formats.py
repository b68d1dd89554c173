"""How do pages write a day, an hour, an amount, a number, an age, a place?

Every filter is pure: a moment comes in already in the commune's zone, and the day that counts as
today is handed in. What must not part at the end of a line is joined by a no-break space.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

NBSP, THIN = "\u00a0", "\u202f"
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
SHORT_MONTHS = (
    *("janv.", "févr.", "mars", "avril", "mai", "juin", "juil."),
    *("août", "sept.", "oct.", "nov.", "déc."),
)


@lru_cache(maxsize=4096)  # a month of boxes writes the same days and prices hundreds of times
def jour(day: date, year: bool = False) -> str:
    """Write a day in full; the year only when it is not obvious.

    >>> jour(date(2026, 11, 23))
    'lundi 23 novembre'
    >>> jour(date(2027, 9, 1), year=True)
    'mercredi 1er septembre 2027'
    """
    return f"{DAYS[day.weekday()]} {jour_du_mois(day, year)}"


def jour_du_mois(day: date, year: bool = False) -> str:
    """Write a day without its name in the week.

    >>> jour_du_mois(date(2027, 3, 14), year=True)
    '14 mars 2027'
    """
    told = f"{_number(day)} {MONTHS[day.month - 1]}"
    return f"{told} {day.year}" if year else told


def jour_court(day: date, year: bool = False) -> str:
    """Write a day where room is scarce: tables, tiles.

    >>> jour_court(date(2026, 10, 12)), jour_court(date(2027, 2, 1), year=True)
    ('12 oct.', '1er févr. 2027')
    """
    told = f"{_number(day)} {SHORT_MONTHS[day.month - 1]}"
    return f"{told} {day.year}" if year else told


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)


def heure(moment: time | datetime) -> str:
    """Write an hour, its « h » glued to its numbers.

    >>> heure(time(7, 30)).replace(NBSP, "_"), heure(time(9)).replace(NBSP, "_")
    ('7_h_30', '9_h')
    """
    told = f"{moment.hour}{NBSP}h"
    return f"{told}{NBSP}{moment.minute:02}" if moment.minute else told


def heure_du_jour(minutes: int) -> str:
    """Write an hour that is counted in minutes since midnight.

    >>> heure_du_jour(705).replace(NBSP, "_"), heure_du_jour(1440).replace(NBSP, "_")
    ('11_h_45', '0_h')
    """
    return heure(time(minutes // 60 % 24, minutes % 60))


def moment(at: datetime, year: bool = False) -> str:
    """Write a day and its hour.

    >>> moment(datetime(2026, 12, 3, 9)).replace(NBSP, "_")
    'jeudi 3 décembre à 9_h'
    """
    return f"{jour(at, year)} à {heure(at)}"


def moment_court(at: datetime) -> str:
    """Write a day and its hour where room is scarce: histories, queues.

    >>> moment_court(datetime(2026, 11, 22, 21, 40)).replace(NBSP, "_")
    '22 nov., 21_h_40'
    """
    return f"{jour_court(at)}, {heure(at)}"


@lru_cache(maxsize=4096)
def euros(cents: int) -> Markup:
    """Write an amount; isolated, so that right-to-left languages do not turn it round.

    >>> euros(6840).replace(THIN, "_")
    Markup('<bdi>68,40_€</bdi>')
    >>> euros(-123456).replace(THIN, "_")
    Markup('<bdi>−1_234,56_€</bdi>')
    """
    return Markup("<bdi>{}{}€</bdi>").format(nombre(Decimal(cents) / 100, 2), THIN)


def nombre(value: int | float | Decimal, decimals: int | None = None) -> str:
    """Write a number, thousands apart and decimals after a comma.

    >>> nombre(1208).replace(THIN, "_"), nombre(168.4), nombre(13.0), nombre(13, 1)
    ('1_208', '168,4', '13', '13,0')
    >>> nombre(2.5, 0), nombre(-3)
    ('3', '−3')
    """
    places = min(2, _places(value)) if decimals is None else decimals
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    told = f"{abs(exact):,.{places}f}".replace(",", THIN).replace(".", ",")
    return f"−{told}" if exact < 0 else told


def _places(value: int | float | Decimal) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def pourcent(part: float) -> str:
    """Write a share of one as a whole percentage.

    >>> pourcent(0.914).replace(THIN, "_")
    '91_%'
    """
    return f"{nombre(part * 100, 0)}{THIN}%"


def distance(metres: float) -> str:
    """Write how far: to 50 m when near, to 100 m beyond a kilometre.

    >>> [distance(m).replace(NBSP, "_") for m in (20, 437, 980, 1249, 12400)]
    ['moins de 50_m', 'environ 450_m', '1_km', '1,2_km', '12,4_km']
    """
    near = round(metres / 50) * 50
    if near < 50:
        return f"moins de 50{NBSP}m"
    if near < 1000:
        return f"environ {near}{NBSP}m"
    return f"{nombre(round(metres / 1000, 1))}{NBSP}km"


def initiales(name: str) -> str:
    """Return the first letters of a first and a last name.

    >>> initiales("Camille Martin"), initiales("Anne-Marie de La Tour"), initiales("léa")
    ('CM', 'AT', 'L')
    """
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def age(born: date, on: date) -> str:
    """Write how old a child is on a day: in weeks, then months up to three years, then years.

    >>> born = date(2026, 8, 3)
    >>> [age(born, date(2026, m, 12)).replace(NBSP, "_") for m in (7, 10, 12)]
    ['à naître', '10_semaines', '4_mois']
    >>> [age(born, date(y, 8, 2)).replace(NBSP, "_") for y in (2029, 2033)]
    ['35_mois', '6_ans']
    """
    if born > on:
        return "à naître"
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < 3:
        return pluriel((on - born).days // 7, "semaine")
    return f"{months}{NBSP}mois" if months < 36 else f"{months // 12}{NBSP}ans"


def pluriel(count: float, one: str, many: str = "") -> str:
    """Write a number with its noun; in French, fewer than two is singular.

    >>> [pluriel(n, "enfant").replace(NBSP, "_") for n in (0, 1, 1.5, 12)]
    ['0_enfant', '1_enfant', '1,5_enfant', '12_enfants']
    >>> pluriel(3, "vœu", "vœux").replace(NBSP, "_")
    '3_vœux'
    """
    return f"{nombre(count)}{NBSP}{one if abs(count) < 2 else many or one + 's'}"


def telephone(number: str) -> str:
    """Write a French number by pairs; leave any other as it was given.

    >>> telephone("+33500000000").replace(NBSP, " "), telephone("0692123456").replace(NBSP, " ")
    ('05 00 00 00 00', '06 92 12 34 56')
    >>> telephone("3230")
    '3230'
    """
    digits = _national(number)
    return NBSP.join(re.findall("..", digits)) if len(digits) == 10 else number


def tel(number: str) -> str:
    """Return the link that dials a number.

    >>> tel("05 00 00 00 00"), tel("+262 262 12 34 56"), tel("3230")
    ('tel:+33500000000', 'tel:+262262123456', 'tel:3230')
    """
    kept = re.sub(r"[^\d+]", "", number)
    return f"tel:+33{kept[1:]}" if len(kept) == 10 and kept.startswith("0") else f"tel:{kept}"


def _national(number: str) -> str:
    return re.sub(r"^(\+|00)(33|262|590|594|596)", "0", re.sub(r"[^\d+]", "", number))


def de(name: str) -> str:
    """Write « de » before the name of a commune, as it is said.

    >>> [de(n) for n in ("Nantes", "Amiens", "Le Mans", "Les Ulis", "La Rochelle", "Hyères")]
    ['de Nantes', 'd’Amiens', 'du Mans', 'des Ulis', 'de La Rochelle', 'd’Hyères']
    """
    for article, told in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return told + name.removeprefix(article)
    return (
        "d’" if re.match(r"[aeiouâàéèêëîïôœ]|y[^aeiou]|h[eéèêy]", name.lower()) else "de "
    ) + name


class TelQuel(str):
    """What somebody typed, or what a program reads: in no language is it a sentence of ours."""

    __slots__ = ()


def tel_quel(value: Any) -> Any:
    """Mark a text as no sentence to translate; anything else is left as it is.

    >>> tel_quel("Accueil"), type(tel_quel("Accueil")).__name__, tel_quel(3)
    ('Accueil', 'TelQuel', 3)
    """
    return TelQuel(value) if type(value) is str else value


FILE_NUMBER = re.compile(r"\b[A-Z]{1,3}-\d{3,}(?:-\d+)*\b")


class SansCoupe(str):
    """A sentence whose file numbers stay whole at the end of a line, in any language.

    Browsers break after the hyphen of « C-1042 »; a character that forbids it would be copied with
    the number, and no search would find it any more.

    >>> print(escape(SansCoupe("C-1042 & C-7")))
    <span class="insecable">C-1042</span> &amp; C-7
    """

    __slots__ = ()

    def __html__(self) -> Markup:
        """Return the sentence as a page writes it."""
        told = FILE_NUMBER.sub(r'<span class="insecable">\g<0></span>', str(escape(str(self))))
        return Markup(told)  # noqa: S704 - escaped above; what is added is ours


FILTERS: dict[str, Callable[..., Any]] = {
    filter_.__name__: filter_
    for filter_ in (
        *(jour, jour_du_mois, jour_court, heure, heure_du_jour, moment, moment_court),
        *(euros, nombre, pourcent, distance, initiales, age, pluriel, telephone, tel, de, tel_quel),
    )
}
