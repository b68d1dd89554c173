"""How days, hours, amounts and numbers are written in another language: the filters, one by one.

French says how in `ribambelle.web.formats`; each filter here has the name and the arguments it has
there. What CLDR knows of a language is asked of Babel.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup

from ribambelle.languages.known import Language
from ribambelle.web.formats import DAYS, MONTHS, SHORT_MONTHS

ZERO_WIDTH = re.compile("[\u200e\u200f\u061c]")
"""Marks of direction that CLDR puts in: the element around says the direction."""

WRITTEN = re.compile(
    rf"(?P<name>(?:{'|'.join(DAYS)}) )?(?P<day>1er|\d{{1,2}}) "
    rf"(?P<month>{'|'.join((*MONTHS, *SHORT_MONTHS))})"
    r"(?P<year> \d{4})?(?P<hour>(?: à|,) (?P<hours>\d{1,2}) h(?: (?P<minutes>\d\d))?)?"
)
"""A day as French pages write it, perhaps with its hour, inside a sentence of the code."""
MONTH = re.compile(rf"(?P<month>{'|'.join(MONTHS)}) (?P<year>\d{{4}})", re.IGNORECASE)
HOUR = re.compile(r"(?P<hours>\d{1,2}) h(?: (?P<minutes>\d\d))?")


class Writing:
    """The filters of one language."""

    def __init__(self, language: Language) -> None:
        self.locale = Locale.parse(language.locale)
        self.comma = "،" if language.code == "ar" else ","

    def _skeleton(self, skeleton: str, moment: date | datetime) -> str:
        told = format_skeleton(skeleton, _at(moment), locale=self.locale)
        return ZERO_WIDTH.sub("", told)

    def jour(self, day: date, year: bool = False) -> str:
        """Write a day in full."""
        return self._skeleton("yMMMMEEEEd" if year else "MMMMEEEEd", day)

    def jour_du_mois(self, day: date, year: bool = False) -> str:
        """Write a day without its name in the week."""
        return self._skeleton("yMMMMd" if year else "MMMMd", day)

    def jour_court(self, day: date, year: bool = False) -> str:
        """Write a day where room is scarce."""
        return self._skeleton("yMMMd" if year else "MMMd", day)

    def heure(self, moment: time | datetime) -> str:
        """Write an hour on twenty-four: the crèche's clock does."""
        return f"{moment:%H:%M}"

    def heure_du_jour(self, minutes: int) -> str:
        """Write an hour that is counted in minutes since midnight."""
        return self.heure(time(minutes // 60 % 24, minutes % 60))

    def moment(self, at: datetime, year: bool = False) -> str:
        """Write a day and its hour."""
        return f"{self.jour(at, year)}{self.comma} {self.heure(at)}"

    def moment_court(self, at: datetime) -> str:
        """Write a day and its hour where room is scarce."""
        return f"{self.jour_court(at)}{self.comma} {self.heure(at)}"

    def euros(self, cents: int) -> Markup:
        """Write an amount, isolated from the direction around it."""
        told = format_currency(Decimal(cents) / 100, "EUR", locale=self.locale)
        return Markup("<bdi>{}</bdi>").format(ZERO_WIDTH.sub("", told))

    def nombre(self, value: float | Decimal, decimals: int | None = None) -> str:
        """Write a number, with two decimals at most."""
        shape = "#,##0.##" if decimals is None else "#,##0" + "." * bool(decimals) + "0" * decimals
        told = format_decimal(Decimal(str(value)), format=shape, locale=self.locale)
        return ZERO_WIDTH.sub("", told)

    def pourcent(self, part: float) -> str:
        """Write a share of one as a whole percentage."""
        return ZERO_WIDTH.sub("", format_percent(part, format="#,##0%", locale=self.locale))

    def again(self, french: str) -> str | None:
        """Return a day or an hour that the code wrote in French, written in this language.

        None for any other text. A day without its year falls in a leap year, so that any is a day;
        its name in the week, which would then be another's, is translated by itself.
        """
        try:
            return self._again(french)
        except ValueError:  # somebody typed « 30 février », or « 35 h »
            return None

    def _again(self, french: str) -> str | None:
        if hour := HOUR.fullmatch(french):
            return self.heure(_hour(hour))
        if whole := MONTH.fullmatch(french):
            first = date(int(whole["year"]), MONTHS.index(whole["month"].lower()) + 1, 1)
            return self._skeleton("yMMMM", first)
        found = WRITTEN.fullmatch(french)
        if found is None:
            return None
        is_short = found["month"] not in MONTHS
        month = (SHORT_MONTHS if is_short else MONTHS).index(found["month"]) + 1
        number = 1 if found["day"] == "1er" else int(found["day"])
        day = date(int(found["year"] or LEAP), month, number)
        write = self.jour_court if is_short else self.jour_du_mois
        told = write(day, bool(found["year"]))
        if found["name"]:
            monday_first = DAYS.index(found["name"].strip())
            told = f"{self.locale.days['format']['wide'][monday_first]} {told}"
        return f"{told}{self.comma} {self.heure(_hour(found))}" if found["hour"] else told

    @property
    def filters(self) -> dict[str, Any]:
        """The filters by the names templates call them by."""
        days = ("jour", "jour_du_mois", "jour_court", "moment", "moment_court")
        others = ("heure", "heure_du_jour", "euros", "nombre", "pourcent")
        return {name: getattr(self, name) for name in (*days, *others)}


LEAP = 2028


def _hour(found: re.Match[str]) -> time:
    return time(int(found["hours"]), int(found["minutes"] or 0))


def _at(moment: date | datetime) -> datetime:
    """Return a moment that no time zone moves: the commune's is already in it."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())
