"""The life of an enrolment, from the draft a family begins to the day its child leaves."""

from typing import Final

from ribambelle.workflow import State, Transition, Workflow
from ribambelle.workflow.declaration import Side

CODE = "periscolaire.enrolment"
FAMILY: Final = "family"
OFFICE: Final = "office"
CLOCK: Final = "clock"
CHANGEABLE = ("draft", "incomplete")
"""States in which a family changes what it asks."""
EXAMINED = ("submitted", "incomplete")
"""States the town hall decides of."""
OVER = ("refused", "withdrawn", "ended")
"""States from which one may begin again."""
KEPT = ("submitted", "accepted")
"""States in which what a child needs is kept up to date."""
BOTH: Final[frozenset[Side]] = frozenset({FAMILY, OFFICE})

WORKFLOW = Workflow(
    CODE,
    label="Inscription périscolaire",
    states=(
        State(
            "draft", "À terminer", "Reprenez l’inscription où vous l’avez laissée, puis envoyez."
        ),
        State(
            "submitted",
            "Envoyée",
            "La mairie vérifie l’inscription. Elle vous écrit dès qu’elle a décidé.",
        ),
        State(
            "incomplete",
            "À compléter",
            "La mairie attend ce qui manque. Complétez, puis envoyez de nouveau.",
        ),
        State("accepted", "Acceptée", "Vous pouvez réserver dès maintenant."),
        State(
            "refused",
            "Refusée",
            "La mairie n’a pas pu accepter. Appelez-la si vous ne comprenez pas pourquoi.",
            final=True,
        ),
        State("withdrawn", "Retirée", "Vous pouvez recommencer l’inscription.", final=True),
        State("ended", "Terminée", "L’enfant n’est plus inscrit cette année.", final=True),
    ),
    transitions=(
        Transition("submit", "Inscription envoyée", ("draft",), "submitted", BOTH),
        Transition("resubmit", "Inscription complétée", ("incomplete",), "submitted", BOTH),
        Transition(
            "accept",
            "Inscription acceptée",
            EXAMINED,
            "accepted",
            frozenset({OFFICE, CLOCK}),
        ),
        Transition(
            "ask_more",
            "Complément demandé",
            EXAMINED,
            "incomplete",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
        Transition(
            "refuse",
            "Inscription refusée",
            EXAMINED,
            "refused",
            frozenset({OFFICE}),
            needs_reason=True,
        ),
        Transition("withdraw", "Inscription retirée", ("draft", *EXAMINED), "withdrawn", BOTH),
        Transition(
            "end", "Inscription terminée", ("accepted",), "ended", frozenset({OFFICE, CLOCK})
        ),
        Transition("reopen", "Inscription recommencée", OVER, "draft", BOTH),
    ),
)
