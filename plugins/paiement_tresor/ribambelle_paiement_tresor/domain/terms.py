"""What an invoice says besides its lines, as it stood the day it was issued."""

import msgspec


class Recipient(msgspec.Struct, frozen=True, array_like=True):
    """To whom an invoice is addressed."""

    name: str
    line: str = ""
    postcode: str = ""
    city: str = ""

    @property
    def has_address(self) -> bool:
        """Tell whether a letter would arrive."""
        return bool(self.line and self.postcode and self.city)


class Told(msgspec.Struct, frozen=True):
    """What the régie says of itself: how it is paid, what happens after, where to complain."""

    commune: str
    regie: str
    prefix: str
    address: str
    payfip: str
    means: tuple[str, ...]
    payee: str
    iban: str
    after: str
    disputes: str
    service: str
    phone: str
    email: str


AFTER = (
    "Passé cette date, la facture est transmise au comptable public, qui émet un titre de recettes "
    "exécutoire : la régie ne peut alors plus l’encaisser."
)
DISPUTES = (
    "Une erreur ? Écrivez à la régie avant la date limite. Une facture de régie peut être contestée "
    "devant le tribunal administratif dans les deux mois."
)
