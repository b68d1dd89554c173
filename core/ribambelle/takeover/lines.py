"""One line of a file as a matter reads it: by the names of its fields, whatever the columns were."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from ribambelle.families.columns import DAY_LIKE, day_of

HOUR = re.compile(r"(\d{1,2})\s*[:hH]\s*(\d{2})?(?::00)?")
THOUSANDS = re.compile(r"([1-9]\d{0,2})[.,](\d{3})")
AMOUNT_LIKE = "écrivez-le en euros et centimes, comme 48,20"
"""What to do of an amount that does not read."""
YES = ("1", "oui", "o", "vrai", "true", "x", "yes")


class Unread(Exception):
    """A line cannot be kept; the message says why, to a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what tells it from the others, what it says of each field, where a person finds it."""

    rank: int
    said: Mapping[str, str]
    at: int = 0
    """Where it stands in its file, as a spreadsheet numbers it."""

    def text(self, code: str, what: str = "", longest: int = 200) -> str:
        """Return the words of a field; raises Unread when `what` it says is needed and missing."""
        told = self.said.get(code, "")
        if what and not told:
            raise Unread(f"il manque {what}")
        if len(told) > longest:
            raise Unread(f"c’est trop long : {longest} caractères au plus pour {what or code}")
        return told

    def day(self, code: str) -> date | None:
        """Return a day; raises Unread when it is none.

        >>> Line(2, {"first": "01/09/2026"}).day("first")
        datetime.date(2026, 9, 1)
        """
        told = self.text(code)
        try:
            return day_of(told)
        except ValueError:
            raise Unread(f"la date « {told} » ne se lit pas : {DAY_LIKE}") from None

    def number(self, code: str) -> int | None:
        """Return a whole number, rounded down from what a program wrote with decimals.

        Three digits after one point or comma say thousands in some programs, and decimals in
        others: nobody guesses which.

        >>> Line(2, {"quotient": "1 204,50"}).number("quotient")
        1204
        >>> Line(2, {"quotient": "1.204"}).number("quotient")
        Traceback (most recent call last):
        ...
        ribambelle.takeover.lines.Unread: le nombre « 1.204 » peut se lire de deux façons : \
écrivez 1204, ou 1,20
        """
        found = self._decimal(code, "nombre", "écrivez un nombre entier, comme 1204")
        told = self.text(code)
        if thousands := THOUSANDS.fullmatch(told):
            whole, rest = thousands.groups()
            raise Unread(
                f"le nombre « {told} » peut se lire de deux façons : "
                f"écrivez {whole}{rest}, ou {whole},{rest[:2]}"
            )
        return None if found is None else int(found // 1)

    def cents(self, code: str) -> int | None:
        """Return an amount in cents; raises Unread for one that is no whole number of cents.

        >>> Line(2, {"due": "1 204,5 €"}).cents("due"), Line(2, {"due": "-3.20"}).cents("due")
        (120450, -320)
        >>> Line(2, {"due": "3,205"}).cents("due")
        Traceback (most recent call last):
        ...
        ribambelle.takeover.lines.Unread: le montant « 3,205 » ne se lit pas : \
écrivez-le en euros et centimes, comme 48,20
        """
        found = self._decimal(code, "montant", AMOUNT_LIKE)
        if found is None:
            return None
        cents = found * 100
        if cents != cents.to_integral_value() or abs(cents) > 1_000_000_000:
            raise Unread(f"le montant « {self.said[code]} » ne se lit pas : {AMOUNT_LIKE}")
        return int(cents)

    def _decimal(self, code: str, what: str, cure: str) -> Decimal | None:
        told = self.text(code)
        bare = re.sub(r"[\s€]", "", told).replace(",", ".")
        if not bare:
            return None
        try:
            found = Decimal(bare)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise Unread(f"le {what} « {told} » ne se lit pas : {cure}")
        return found

    def minutes(self, code: str) -> int | None:
        """Return an hour as minutes after midnight.

        >>> Line(2, {"begins": "7h30"}).minutes("begins"), Line(2, {"begins": "16:05"}).minutes("begins")
        (450, 965)
        """
        told = self.text(code)
        if not told:
            return None
        found = HOUR.fullmatch(told)
        hours, minutes = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
        if hours > 24 or minutes > 59 or hours * 60 + minutes > 1440:
            raise Unread(f"l’heure « {told} » ne se lit pas : écrivez-la comme 16:30")
        return hours * 60 + minutes

    def says_yes(self, code: str) -> bool:
        """Tell whether a field says yes, as programs write it.

        >>> Line(2, {"meal": "Oui"}).says_yes("meal"), Line(2, {}).says_yes("meal")
        (True, False)
        """
        return self.text(code).casefold() in YES
