"""What may an adult do for a child, and who may give or take it away?

Parental authority is held together, whether parents live together or not (Code civil, art. 372 and
373-2): one parent never takes it from the other. The town hall writes what a judge decided.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from ribambelle.errors import Refused

Kind = Literal["parent", "relative"]
KINDS: dict[str, str] = {"parent": "Parent", "relative": "Proche"}
Right = Literal["book", "pay", "collect"]
RIGHTS: dict[str, str] = {
    "book": "Réserver et annuler",
    "pay": "Payer",
    "collect": "Venir chercher l’enfant",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What one adult may do for one child; `until` is the last day, None for always."""

    kind: Kind = "parent"
    has_authority: bool = False
    may_book: bool = False
    may_pay: bool = False
    may_collect: bool = False
    until: date | None = None

    def allows(self, right: Right, day: date) -> bool:
        """Tell whether this adult may do something on a day, the last one included.

        >>> nanny = Rights("relative", may_book=True, until=date(2027, 7, 2))
        >>> nanny.allows("book", date(2027, 7, 2)), nanny.allows("book", date(2027, 7, 3))
        (True, False)
        >>> nanny.allows("collect", date(2027, 7, 2))
        False
        """
        return right in self.held and (self.until is None or day <= self.until)

    @property
    def held(self) -> list[Right]:
        """The codes of what is allowed."""
        given: dict[Right, bool] = {
            "book": self.may_book,
            "pay": self.may_pay,
            "collect": self.may_collect,
        }
        return [code for code, is_given in given.items() if is_given]

    @property
    def told(self) -> str:
        """Say in French what is allowed.

        >>> Rights("relative", may_book=True, may_collect=True).told
        'réserver et annuler, venir chercher l’enfant'
        >>> Rights().told
        'rien pour l’instant'
        """
        return ", ".join(RIGHTS[code].lower() for code in self.held) or "rien pour l’instant"


FULL: Final = Rights("parent", True, True, True, True)


def require_may_give(giver: Rights | None, given: Rights) -> None:
    """Refuse what an adult cannot give: only a parent with authority gives, and never more than that.

    >>> require_may_give(FULL, Rights("relative", may_collect=True))
    >>> require_may_give(Rights("relative", may_book=True), Rights("relative", may_collect=True))
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: authority_needed
    >>> require_may_give(FULL, Rights("relative", may_pay=True))
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: relatives_never_pay
    """
    if giver is None or not giver.has_authority:
        raise Refused("authority_needed")
    if given.kind == "relative" and (given.has_authority or given.may_pay):
        # who pays reads the invoices, and they are the parent's own
        raise Refused("relatives_never_pay")


def require_may_take(giver: Rights | None, held: Rights, *, is_own: bool) -> None:
    """Refuse to take from a parent what only a judge takes; a relative's rights are a parent's gift.

    >>> require_may_take(FULL, Rights("relative", may_book=True), is_own=False)
    >>> require_may_take(FULL, FULL, is_own=False)
    Traceback (most recent call last):
    ...
    ribambelle.errors.Refused: parent_stays
    >>> require_may_take(None, Rights("relative", may_collect=True), is_own=True)
    """
    if held.kind == "parent":
        raise Refused("parent_stays")
    if not is_own and (giver is None or not giver.has_authority):
        raise Refused("authority_needed")


def narrowed(rights: Rights) -> Rights:
    """Return what an adult of this kind may hold: a form never gives a relative more.

    >>> narrowed(Rights("relative", True, True, True, True)) == Rights(
    ...     "relative", may_book=True, may_collect=True)
    True
    """
    if rights.kind == "parent":
        return replace(rights, until=None)
    return replace(rights, has_authority=False, may_pay=False)
