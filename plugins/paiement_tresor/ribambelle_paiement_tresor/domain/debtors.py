"""Who owes a titre, and who issues it, as they stood the day it was handed over."""

import msgspec


class Tiers(msgspec.Struct, frozen=True, array_like=True):
    """Whom the comptable writes to."""

    name: str
    given: str = ""
    line: str = ""
    postcode: str = ""
    city: str = ""

    @property
    def has_address(self) -> bool:
        """Tell whether a letter would arrive."""
        return bool(self.line and self.postcode and self.city)

    @property
    def called(self) -> str:
        """The whole name."""
        return f"{self.given} {self.name}".strip()


class Issuer(msgspec.Struct, frozen=True):
    """The commune, as a file of titres names it."""

    name: str
    codique: str
    siret: str
    collectivity: str
    budget: str
    nature: str
    function: str
    product: str
    file_type: str
    key_collectivity: str
    key_nature: str
    signatory: str
    quality: str
