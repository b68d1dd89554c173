"""What a commune may set, in the table ``[bibliotheque]`` of its file."""

from typing import Annotated

import msgspec


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[bibliotheque]`` of a commune's file."""

    card_cents: Annotated[int, msgspec.Meta(ge=0, le=100_00)] = 0
    """What a card costs, in cents; 0 when it is free."""
    card_months: Annotated[int, msgspec.Meta(ge=1, le=60)] = 12
    """How long a card is good for."""
    needs_card: bool = False
    """Whether a child needs a card to be registered to an activity."""
    regie: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """Code of the régie that cashes what is paid here; empty for the commune's own."""
    threshold: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    """A count of children under this one is not published."""
