"""What a commune may set for its périscolaire: the table ``[periscolaire]`` of its file."""

import datetime
from functools import cached_property
from typing import Annotated, Literal

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_periscolaire.domain.calendar import WEEKDAYS
from ribambelle_periscolaire.domain.criteria import Criterion
from ribambelle_periscolaire.domain.criteria import require_sound as require_sound_criteria
from ribambelle_periscolaire.domain.cut_off import CutOff
from ribambelle_periscolaire.domain.cut_off_check import require_sound
from ribambelle_periscolaire.domain.enrolments import KINDS
from ribambelle_periscolaire.domain.tariff import Tariff, Tariffs, indexed
from ribambelle_periscolaire.domain.tariff import require_sound as require_sound_tariffs

CONSENTS = {
    "photo": "Photographier et filmer l’enfant, pour les publications de la commune",
    "care": "Faire soigner l’enfant en urgence, et le conduire à l’hôpital",
}
DAILY = 24


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Every key has a value that suits a town that says nothing."""

    school_weekdays: tuple[str, ...] = ("mon", "tue", "thu", "fri")
    """Days of the week with class."""
    closed: tuple[datetime.date, ...] = ()
    """Days on which the commune opens no service."""
    worked: tuple[datetime.date, ...] = ()
    """Public holidays on which it works all the same."""
    cut_offs: tuple[CutOff, ...] = ()
    """Until when a booking may be added or cancelled, by name."""
    tariffs: tuple[Tariff, ...] = ()
    """What each unit costs, and when."""
    offer_hours: Annotated[int, msgspec.Meta(ge=1, le=240)] = 24
    """Hours a family has to answer when a place that came free is offered to it."""

    criteria: tuple[Criterion, ...] = ()
    """What the council voted to go first by, in wish windows."""
    ages: tuple[int, int] = (3, 12)
    """The youngest and oldest child one enrols, by year of birth."""
    next_year_from: Annotated[str, msgspec.Meta(pattern=r"^(\d\d-\d\d)?$")] = "05-15"
    """Month and day from which one enrols for the next school year; empty: never."""
    accept_at_once: bool = False
    """Complete enrolments are accepted without an agent."""
    proofs: tuple[str, ...] = ("vaccination", "insurance")
    """Papers asked for every child."""
    activity_proofs: dict[str, tuple[str, ...]] = {}
    """Papers asked besides, by code of activity."""
    diets: tuple[str, ...] = ("Sans porc", "Sans viande")
    """Meals one may ask for."""
    consents: dict[str, str] = msgspec.field(default_factory=lambda: dict(CONSENTS))
    """What parents authorise or not, as it is asked, by code."""
    quotient: Literal["proof", "declared"] = "proof"
    """A quotient told by a family counts once an agent saw its proof, or at once."""
    remind_hours: Annotated[int, msgspec.Meta(ge=0, le=240)] = 0
    """Hours before a deadline to remind families who booked nothing; 0 for never."""
    remind_each_day: bool = False
    """Where each day closes by itself, remind before each rather than once for its week."""

    def __post_init__(self) -> None:
        """Refuse weekdays that do not exist, delays nobody could follow, prices with a hole."""
        unknown = [one for one in self.school_weekdays if one not in WEEKDAYS]
        if unknown:
            raise Misconfigured(
                f"jour inconnu « {unknown[0]} »",
                key="school_weekdays",
                cure=f"choisissez parmi {', '.join(WEEKDAYS)}",
            )
        if 0 < self.remind_hours < DAILY:
            raise Misconfigured(
                "un rappel part une fois par jour : moins d’un jour avant, il peut arriver trop tard",
                key="remind_hours",
                cure="écrivez 24 ou plus (48, par exemple), ou 0 pour ne rien rappeler",
            )
        asked = {*self.proofs, *(one for some in self.activity_proofs.values() for one in some)}
        if strangers := sorted(asked - KINDS.keys()):
            raise Misconfigured(
                f"justificatif inconnu « {strangers[0]} »",
                key="proofs",
                cure=f"choisissez parmi {', '.join(KINDS)}",
            )
        require_sound(self.cut_offs)
        require_sound_tariffs(self.tariffs)
        require_sound_criteria(self.criteria)

    @cached_property
    def prices(self) -> Tariffs:
        """The tariffs, ready to be asked."""
        return indexed(self.tariffs)
