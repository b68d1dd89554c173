"""What programs send and read."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ribambelle.api import Paged

Text = Annotated[str, Meta(max_length=80)]
Months = Annotated[int, Meta(ge=0, le=216)]


class Search(Paged, frozen=True, kw_only=True):
    """What a search may ask; days are `mon` to `sun`, separated by commas."""

    town: Text = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    radius: Annotated[int, Meta(ge=200, le=50_000)] = 5_000
    days: Annotated[str, Meta(max_length=27)] = ""
    months: Months | None = None
    start: date | None = None


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


class Standing(msgspec.Struct, frozen=True):
    """Where a place stands, once written."""

    childminder: int
    place: int
    state: str
    opens: date | None
    moments: list[str]
    confirmed_on: date
