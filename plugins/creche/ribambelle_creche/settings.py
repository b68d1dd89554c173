"""What a commune may set for its crèches: the table ``[creche]`` of its file."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_creche.domain.age import AgeLimits
from ribambelle_creche.domain.authorisation import Span, hours_of
from ribambelle_creche.domain.evidence import AT_RENEWAL, KINDS

Count = Annotated[int, msgspec.Meta(ge=0)]
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Threshold = Annotated[int, msgspec.Meta(ge=5)]
"""Under five, a count names the family behind it: a commune may hide more, never less."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every key has a value that suits a town that says nothing."""

    max_wishes: AtLeastOne = 3
    """How many crèches a file may name."""
    most_elsewhere: Count = 12
    """How many other crèches are always looked at for who accepts any; 0 closes it."""
    fallback_weeks: Count = 2
    """How many fallback weeks a family may give."""
    confirm_every_months: Count = 3
    """A file is to be confirmed every so many months; 0 asks nothing."""
    confirm_within_days: AtLeastOne = 30
    """Days a family has to confirm before the file expires."""
    birth_within_weeks: Count = 6
    """Weeks after the due date at which the birth certificate is asked for; 0 asks nothing."""
    birth_sleeps_weeks: Count = 8
    """Weeks a file sleeps then, before it expires; 0 lets it sleep for ever."""
    contact_within_days: AtLeastOne = 15
    """Days a crèche has to call a family; past that the town hall sees it as late."""
    drafts_kept_days: AtLeastOne = 30
    """Days an unsent file is kept."""
    baby_until_months: AtLeastOne = 15
    """Age at which a baby joins the middle group."""
    middle_until_months: AtLeastOne = 24
    """Age at which a child joins the older group."""
    youngest_weeks: Count = 10
    """No crèche takes a child younger than this."""
    start_within_months: AtLeastOne = 24
    """A place may be asked for this many months ahead, no more."""
    morning: str = "7 h 30 – 13 h"
    """Hours of a morning, as families read them."""
    afternoon: str = "13 h – 18 h 30"
    """Hours of an afternoon."""
    rolling_offers: bool = True
    """A place that is refused or lapses is offered at once to the next in rank."""
    decline_closes: bool = False
    """Declining an offer ends the file; otherwise it waits again."""
    lapse_closes: bool = False
    """Letting the last day of an offer pass ends the file; otherwise it waits again."""
    next_commission: datetime.date | None = None
    """Day of the next commission, shown on the public page."""
    file_before: datetime.date | None = None
    """Last day to send a file for that commission."""
    public_threshold: Threshold = 11
    """Counts under this are hidden from the public and the CAF."""
    published_by: Literal["quartier", "iris"] = "quartier"
    """How the town is cut in what is published; the first month published settles it."""
    partner_threshold: Threshold = 5
    """Counts under this are hidden from a crèche for what is not its own."""
    identity_from: Literal["complete", "admitted"] = "complete"
    """From when a crèche reads who a family is: its file complete, or its child admitted."""
    proofs: tuple[str, ...] = ("birth", "address", "work")
    """Proofs an agent must see before a file is complete (codes of domain.evidence.KINDS)."""
    proofs_again: tuple[str, ...] = AT_RENEWAL
    """Proofs asked for again at a confirmation, once too old; their life is in ``[documents]``."""

    def __post_init__(self) -> None:
        """Refuse proofs that do not exist and ages that would leave the middle group empty."""
        for key in ("proofs", "proofs_again"):
            unknown = [kind for kind in getattr(self, key) if kind not in KINDS]
            if unknown:
                raise Misconfigured(
                    f"justificatif inconnu « {unknown[0]} »",
                    key=key,
                    cure=f"choisissez parmi {', '.join(KINDS)}",
                )
        if self.middle_until_months <= self.baby_until_months:
            raise Misconfigured(
                f"aucun enfant ne serait chez les moyens (de {self.baby_until_months} "
                f"à {self.middle_until_months} mois)",
                key="middle_until_months",
                cure=f"écrivez plus de {self.baby_until_months}",
            )

    @property
    def hours(self) -> Mapping[str, Span]:
        """The hours of half-days, as families read them."""
        return hours_of({"am": self.morning, "pm": self.afternoon})

    @property
    def ages(self) -> AgeLimits:
        """The ages at which a child of this commune changes group."""
        return AgeLimits(
            self.baby_until_months,
            self.middle_until_months,
            self.youngest_weeks,
            self.start_within_months,
        )
