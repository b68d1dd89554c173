"""What a commune may say of its relais petite enfance."""

import msgspec


class Relais(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One relais: where families ask for the list of childminders and for advice."""

    name: str
    address: str = ""
    phone: str = ""
    hours: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[assmat]`` of a commune's file."""

    relais: tuple[Relais, ...] = ()
    outline: str = ""
    """The commune's outline, in its folder: a GeoJSON file."""
