"""Does a crèche take a child of this age on that day, and what can a family do if it does not?"""

from dataclasses import dataclass
from datetime import date, timedelta

from ribambelle_creche.domain.age import months_between
from ribambelle_creche.domain.facility import ages


@dataclass(frozen=True, slots=True)
class Taking:
    """What one crèche receives: children from some weeks to so many months, on Saturday or not."""

    name: str
    from_weeks: int = 10
    to_months: int = 36
    opens_saturday: bool = False

    def takes(self, born_on: date, start_on: date) -> bool:
        """Tell whether this crèche could take this child on its first day.

        >>> Taking("Les Lilas").takes(date(2026, 3, 14), date(2027, 1, 4))
        True
        >>> Taking("Les Lilas", to_months=18).takes(date(2025, 3, 14), date(2027, 1, 4))
        False
        """
        is_old_enough = start_on >= born_on + timedelta(weeks=self.from_weeks)
        return is_old_enough and months_between(born_on, start_on) < self.to_months

    def refusal(self, born_on: date, start_on: date) -> str:
        """Return what to tell a family whose child is not of this age, and what it can do.

        >>> print(Taking("Les Lilas", to_months=18).refusal(date(2025, 3, 14), date(2027, 1, 4)))
        Les Lilas accueille de 10 semaines à 18 mois : l’enfant n’aura pas cet âge le 04/01/2027. \
Retirez cette crèche, ou changez la date d’entrée.
        """
        return (
            f"{self.name} accueille de {ages(self.from_weeks, self.to_months)} : "
            f"l’enfant n’aura pas cet âge le {start_on:%d/%m/%Y}. "
            "Retirez cette crèche, ou changez la date d’entrée."
        )
