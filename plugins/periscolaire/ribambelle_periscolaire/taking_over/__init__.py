"""What a town takes over of its périscolaire from another program."""

from ribambelle_periscolaire.taking_over.activities import ACTIVITIES
from ribambelle_periscolaire.taking_over.enrolments import ENROLMENTS
from ribambelle_periscolaire.taking_over.quotients import QUOTIENTS
from ribambelle_periscolaire.taking_over.tariffs import TARIFFS

MATTERS = (ACTIVITIES, TARIFFS, QUOTIENTS, ENROLMENTS)
