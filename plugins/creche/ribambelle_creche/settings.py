"""What a commune may set for its crèches: the table ``[creche]`` of its file."""

import datetime

import msgspec

from ribambelle_creche.domain.age import AgeLimits


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key has a value that suits a town that says nothing."""

    max_wishes: int = 3
    """How many crèches a file may name."""
    fallback_weeks: int = 2
    """How many fallback weeks a family may give."""
    confirm_every_months: int = 3
    """A file is to be confirmed every so many months; 0 asks nothing."""
    confirm_within_days: int = 30
    """Days a family has to confirm before the file expires."""
    contact_within_days: int = 15
    """Days a crèche has to call a family; past that the town hall sees it as late."""
    drafts_kept_days: int = 30
    """Days an unsent file is kept."""
    baby_until_months: int = 15
    """Age at which a baby joins the middle group."""
    middle_until_months: int = 24
    """Age at which a child joins the older group."""
    youngest_weeks: int = 10
    """No crèche takes a child younger than this."""
    morning: str = "7 h 30 – 13 h"
    """Hours of a morning, as families read them."""
    afternoon: str = "13 h – 18 h 30"
    """Hours of an afternoon."""
    next_commission: datetime.date | None = None
    """Day of the next commission, shown on the public page."""
    file_before: datetime.date | None = None
    """Last day to send a file for that commission."""
    public_threshold: int = 11
    """Counts under this are hidden from the public and the CAF."""
    partner_threshold: int = 5
    """Counts under this are hidden from a crèche for what is not its own."""
    proofs: tuple[str, ...] = ("birth", "address", "work")
    """Proofs an agent must see before a file is complete (codes of domain.evidence.KINDS)."""

    @property
    def ages(self) -> AgeLimits:
        """The ages at which a child of this commune changes group."""
        return AgeLimits(self.baby_until_months, self.middle_until_months, self.youngest_weeks)
