"""What sharing holds of people, why, and for how long."""

from ribambelle.identity.personal_data import PUBLIC_TASK
from ribambelle.privacy import PersonalData, Since, Term
from ribambelle.sharing.tables import Share

HELD = [
    PersonalData(
        Share,
        ("account", "kind", "thing", "label", "shared_by", "ended_by"),
        "Savoir quel partenaire lit quoi, et qui le lui a montré",
        PUBLIC_TASK,
        "Un an après le dernier jour du partage",
        whose=("account",),
        ends=Since("until", Term(years=1)),
    ),
]
