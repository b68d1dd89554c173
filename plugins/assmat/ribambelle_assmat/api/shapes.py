"""What programs send and read."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ribambelle.api import Paged

Text = Annotated[str, Meta(max_length=80)]
Address = Annotated[str, Meta(max_length=120)]
Months = Annotated[int, Meta(ge=0, le=216)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Hour = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")]


class Search(Paged, frozen=True, kw_only=True):
    """What a search may ask; several days, cares or wishes are separated by commas."""

    town: Text = ""
    quartier: Annotated[str, Meta(max_length=170)] = ""
    address: Address = ""
    to_address: Address = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    to_latitude: Latitude | None = None
    to_longitude: Longitude | None = None
    radius: Annotated[int, Meta(ge=200, le=50_000)] | None = None
    days: Annotated[str, Meta(max_length=27)] = ""
    arrives: Hour = ""
    leaves: Hour = ""
    months: Months | None = None
    start: date | None = None
    children: Annotated[int, Meta(ge=1, le=6)] = 1
    where: Annotated[str, Meta(max_length=4)] = ""
    cares: Annotated[str, Meta(max_length=120)] = ""
    home: Annotated[str, Meta(max_length=40)] = ""
    language: Annotated[str, Meta(max_length=3)] = ""
    name: Text = ""

    @property
    def is_said(self) -> bool:
        """Tell whether anything was asked: a program that reads the whole directory looks for nobody.

        >>> Search(limit=200).is_said, Search(limit=200, months=8).is_said
        (False, True)
        """
        return self != Search(limit=self.limit, after=self.after)


class ReadAs(msgspec.Struct, frozen=True):
    """How an address was read: by the address `service`, `streets` (the commune's list: the middle
    of a street) or `quartier` (its middle)."""

    parameter: str
    label: str
    by: str


class Match(msgspec.Struct, frozen=True):
    """How well one suits: `whole`, `part`, `ask` (not known) or `full`, and what is missing."""

    group: str
    detail: str
    distance: int | None


class Said(msgspec.Struct, frozen=True):
    """Where a place stands, as an integrator says it."""

    state: Literal["unknown", "now", "later", "none"]
    opens: date | None = None
    moments: Annotated[list[Annotated[str, Meta(max_length=16)]], Meta(max_length=42)] = []
    urgent: bool | None = None
    """Whether a child may come for a short replacement; nothing: as before."""
    note: Annotated[str, Meta(max_length=300)] | None = None
    """A word on the place, for families; nothing: as before."""


class Standing(msgspec.Struct, frozen=True):
    """Where a place stands, once written."""

    childminder: int
    place: int
    state: str
    opens: date | None
    moments: list[str]
    confirmed_on: date
    urgent: bool
    note: str
