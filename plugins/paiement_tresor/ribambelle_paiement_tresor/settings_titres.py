"""What a commune says of its titres: the tables ``[paiement.titres]`` and ``[paiement.buraliste]``."""

from datetime import date
from string import Formatter
from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_paiement_tresor.domain.titres import WORDS


class Signatory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who issues titres: the mayor, or whoever the mayor delegated, between two days."""

    name: str
    quality: str
    first: date
    last: date | None = None


class Titres(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How unpaid invoices become titres; nothing is handed over while the form is off."""

    form: Literal["off", "titre", "ormc"] = "off"
    """One titre for each debtor, or the articles of one rôle (ORMC)."""
    codique: Annotated[str, msgspec.Meta(pattern=r"^(\d{6,7}|02[AB]\d{3,4})?$")] = ""
    siret: Annotated[str, msgspec.Meta(pattern=r"^(\d{14})?$")] = ""
    collectivity: Annotated[str, msgspec.Meta(pattern=r"^(\d{3})?$")] = ""
    budget: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Z][0-9]$")] = "00"
    nature: Annotated[str, msgspec.Meta(pattern=r"^(\d{1,12})?$")] = ""
    """Account of the chart; nobody says: 7067 for titres, 588 for a rôle."""
    function: Annotated[str, msgspec.Meta(pattern=r"^\d{0,10}$")] = ""
    product: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{0,4}$")] = ""
    """Local product code, agreed with the comptable."""
    key_collectivity: Annotated[str, msgspec.Meta(pattern=r"^\d{0,4}$")] = ""
    key_nature: Annotated[str, msgspec.Meta(pattern=r"^\d{0,12}$")] = ""
    """What the first key of a rôle is computed on, when the comptable says otherwise."""
    file_type: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{0,32}$")] = ""
    """TypFic; nobody says: PESALR2 for titres, PESORMC for a rôle."""
    first_bordereau: Annotated[int, msgspec.Meta(ge=1, le=9_999_999)] = 1
    first_titre: Annotated[int, msgspec.Meta(ge=1, le=99_999_999)] = 1
    """Where our numbers begin each year, when other software numbers titres too."""
    signatories: tuple[Signatory, ...] = ()
    check: bool = False
    """Check each file against the official schemas before it may leave."""
    schemas: str = ""
    """Folder of the official schemas."""
    client: Annotated[str, msgspec.Meta(pattern=r"^(\d{6})?$")] = ""
    """Number of the structure that takes titres on line."""
    reference: str = ""
    link: str = ""
    """How the treasury's site names a titre, and the address that opens it; as it was tested."""

    comptable: str = ""
    """Name and address of the comptable's office, as notices print it."""
    iban: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2}[A-Z0-9 ]{13,40})?$")] = ""
    """The comptable's account, when a titre may be paid by transfer."""
    basis: str = ""
    """What the claim stands on: the decisions of the council that set the prices."""
    court: str = "le tribunal administratif"
    pay_within_days: Annotated[int, msgspec.Meta(ge=1, le=120)] = 30

    def __post_init__(self) -> None:
        """Refuse a template that names what we do not know."""
        for name in ("reference", "link"):
            for word in _words(getattr(self, name), name):
                if word not in WORDS or (word, name) == ("reference", "reference"):
                    raise Misconfigured(
                        f"« {{{word}}} » n’est pas connu",
                        key=f"paiement.titres.{name}",
                        cure=f"mots possibles : {', '.join(WORDS)}",
                    )
        if self.link and not self.link.startswith("https://"):
            raise Misconfigured(
                "le lien ne commence pas par https://",
                key="paiement.titres.link",
                cure="écrivez l’adresse entière du site du Trésor",
            )

    @property
    def is_on(self) -> bool:
        """Tell whether invoices may become titres here."""
        return self.form != "off"

    @property
    def account(self) -> str:
        """The account of the chart that titres bear."""
        return self.nature or ("588" if self.form == "ormc" else "7067")

    @property
    def missing(self) -> tuple[str, ...]:
        """The keys without which no file can be written."""
        needed = ("codique", "siret", "collectivity", "product", "signatories")
        return tuple(name for name in needed if not getattr(self, name))

    def signatory(self, day: date) -> Signatory | None:
        """Return who issues titres on a day.

        >>> mayor = Signatory("Anne Roy", "Maire", date(2026, 3, 28))
        >>> Titres(signatories=(mayor,)).signatory(date(2026, 3, 27)) is None
        True
        """
        found = (
            one
            for one in self.signatories
            if one.first <= day and (one.last is None or day <= one.last)
        )
        return next(found, None)


class Tobacconist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether bills bear the code a tobacconist reads; the comptable says yes first."""

    open: bool = False
    establishment: Annotated[str, msgspec.Meta(pattern=r"^(\d{1,3}|[A-Z]{2})$")] = "001"
    issuer: Annotated[str, msgspec.Meta(pattern=r"^\d{6}$")] = "940033"
    """Code of the issuer, given by the treasury's collection centre."""


def _words(template: str, name: str) -> list[str]:
    try:
        return [word for _, word, _, _ in Formatter().parse(template) if word is not None]
    except ValueError as error:
        raise Misconfigured(
            "ce modèle a une accolade de trop ou en moins",
            key=f"paiement.titres.{name}",
            cure="écrivez par exemple {exercice}-{titre}-{ligne}",
        ) from error
