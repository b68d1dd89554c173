"""What a commune may set for its payments: the table ``[paiement]`` of its file."""

from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_paiement_tresor.domain.modes import TREASURY
from ribambelle_paiement_tresor.domain.report import Shape
from ribambelle_paiement_tresor.settings_titres import Titres, Tobacconist


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


class Debits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Direct debits sent by a régie on its account at the treasury (DFT)."""

    open: bool = False
    """Families may sign mandates, and the régie debit them."""
    regie: str = ""
    """The régie that debits; empty: the first."""
    ics: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28})?$")] = ""
    """Its SEPA creditor identifier."""
    service: Annotated[str, msgspec.Meta(pattern=r"^([A-Z0-9]{6,12})?$")] = ""
    """What the treasury calls the sender: TGDFT027."""
    codique: Annotated[str, msgspec.Meta(pattern=r"^(\d{6})?$")] = ""
    """Number of the accounting post, six digits."""
    siret: Annotated[str, msgspec.Meta(pattern=r"^(\d{14})?$")] = ""
    """Of the commune."""
    creditor: Annotated[str, msgspec.Meta(max_length=70)] = ""
    """Name of the trésorerie."""
    creditor_line: str = ""
    creditor_postcode: str = ""
    creditor_town: str = ""
    creditor_iban: str = ""
    creditor_bic: str = ""
    holder: Annotated[str, msgspec.Meta(max_length=70)] = ""
    """Name on the régie's account at the treasury."""
    dft_iban: str = ""
    """That account."""
    version: Literal["2019", "2009"] = "2019"
    """pain.008.001.08, or .001.02."""
    encoding: Literal["UTF-8", "ISO-8859-15"] = "UTF-8"
    notice_days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 14
    """Days before a debit at which families are told."""
    suspend_after: Annotated[int, msgspec.Meta(ge=1, le=9)] = 2
    """Debits returned in a row that suspend a mandate."""

    def __post_init__(self) -> None:
        """Refuse debits that no bank could take."""
        needed = ("ics", "service", "codique", "siret", "creditor", "creditor_iban", "creditor_bic")
        for name in (*needed, "holder", "dft_iban"):
            if self.open and not getattr(self, name):
                raise Misconfigured(
                    "il manque de quoi prélever",
                    key=f"paiement.debits.{name}",
                    cure="demandez-le à votre comptable, ou mettez open = false",
                )


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
    debits: Debits = Debits()
    """Direct debits."""
    titres: Titres = Titres()
    """How what nobody paid is handed over to the comptable."""
    buraliste: Tobacconist = Tobacconist()
    """Whether invoices may be paid at a tobacconist's."""

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
