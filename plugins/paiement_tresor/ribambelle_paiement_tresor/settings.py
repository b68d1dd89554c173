"""What a commune may set for its payments: the table ``[paiement]`` of its file."""

from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_paiement_tresor.domain.modes import TREASURY
from ribambelle_paiement_tresor.domain.report import Shape


class Regie(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One régie de recettes: what it is called, how it is paid."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    label: str
    prefix: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,3}$")] = "F"
    """Letters before the numbers of its invoices; each régie has its own."""
    payfip: Annotated[str, msgspec.Meta(pattern=r"^(\d{6})?$")] = ""
    """Its number at the treasury, six digits; empty: nobody pays it on line."""
    address: str = ""
    due_days: Annotated[int, msgspec.Meta(ge=1, le=120)] = 30
    """Days between an invoice and the last day to pay it."""
    means: tuple[Literal["card", "cash", "cheque", "cesu", "transfer", "debit"], ...] = (
        *("card", "cash"),
        "cheque",
    )
    """How it may be paid."""
    iban: str = ""
    payee: str = "Régie de recettes"
    """To whom cheques are made out."""
    after: str = ""
    """What happens once the last day is past, in a sentence."""
    disputes: str = ""
    """Whom to write to, and the court, in a sentence."""


ALONE = Regie("regie", "Régie de recettes")
"""The régie of a commune that declares none."""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the treasury writes its daily report, when its files must not say it by themselves."""

    separator: Annotated[str, msgspec.Meta(max_length=1)] = ""
    """Between two cells; empty: found in the file."""
    quote: Annotated[str, msgspec.Meta(max_length=1)] = ""
    """Around a cell; empty: found in the file."""
    unit: Literal["", "cents", "euros"] = ""
    """Of amounts; empty: euros when one has decimals, else cents."""

    @property
    def shape(self) -> Shape:
        """The same, as the rule reads it."""
        return Shape(self.separator, self.quote, self.unit)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key has a value that suits a commune that says nothing: nobody pays on line."""

    mode: Literal["off", "test", "activation", "production", "demo"] = "off"
    """How far the commune went with the treasury; ``ribambelle paiement mode`` changes it."""
    treasury: str = TREASURY
    """Address of the treasury; another one only for trials."""
    testers: tuple[str, ...] = ()
    """E-mail addresses, in lower case, of those who may pay on line before production."""
    regies: tuple[Regie, ...] = ()
    """The régies that bill families; the first bills what names none. Nobody says: a single one."""
    catch_up_months: Annotated[int, msgspec.Meta(ge=0, le=24)] = 4
    """Months before a period in which days closed late are still billed."""
    smallest_titre_cents: Annotated[int, msgspec.Meta(ge=0)] = 1500
    """Below it no titre is issued: small debts wait until they reach it together."""
    dunning_days: tuple[Annotated[int, msgspec.Meta(ge=1, le=365)], ...] = (7, 21)
    """Days after the last day to pay when a family is reminded."""
    report: Report = Report()
    """How the treasury's daily report is written."""

    def __post_init__(self) -> None:
        """Refuse régies that cannot be told apart."""
        for name in ("code", "prefix"):
            seen = [getattr(one, name) for one in self.regies]
            if twice := next((one for one in seen if seen.count(one) > 1), None):
                raise Misconfigured(
                    f"« {twice} » est pris par deux régies",
                    key=f"paiement.regies.{name}",
                    cure="donnez à chaque régie le sien",
                )

    @property
    def known(self) -> tuple[Regie, ...]:
        """The régies, at least one."""
        return self.regies or (ALONE,)

    def regie(self, code: str) -> Regie | None:
        """Return the régie an item names; the first for an item that names none.

        >>> Settings().regie("").label, Settings().regie("other")
        ('Régie de recettes', None)
        """
        if not code:
            return self.known[0]
        return next((one for one in self.known if one.code == code), None)
