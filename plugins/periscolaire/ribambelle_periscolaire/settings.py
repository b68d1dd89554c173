"""What a commune may set for its périscolaire: the table ``[periscolaire]`` of its file."""

import datetime
from functools import cached_property
from typing import Annotated

import msgspec

from ribambelle.errors import Misconfigured
from ribambelle_periscolaire.domain.calendar import WEEKDAYS
from ribambelle_periscolaire.domain.cut_off import CutOff
from ribambelle_periscolaire.domain.cut_off_check import require_sound
from ribambelle_periscolaire.domain.tariff import Tariff, Tariffs, indexed
from ribambelle_periscolaire.domain.tariff import require_sound as require_sound_tariffs

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

    remind_hours: Annotated[int, msgspec.Meta(ge=0, le=240)] = 0
    """Hours before a week's first deadline to remind families who booked nothing; 0 for never."""

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
        require_sound(self.cut_offs)
        require_sound_tariffs(self.tariffs)

    @cached_property
    def prices(self) -> Tariffs:
        """The tariffs, ready to be asked."""
        return indexed(self.tariffs)
