"""The life of a card, from the day a family asks for it."""

from ribambelle.workflow import State, Transition, Workflow

CODE = "bibliotheque.card"
GIVEN = "given"
LIVING = ("asked", GIVEN)
"""A child has one card at most in these states."""

WORKFLOW = Workflow(
    CODE,
    label="Carte de bibliothèque",
    states=(
        State("asked", "Demandée", "La bibliothèque la vérifie et vous écrit."),
        State(GIVEN, "Valable", "Venez la retirer à l’accueil de la bibliothèque."),
        State("refused", "Refusée", "Lisez pourquoi, puis demandez-la de nouveau.", final=True),
        State("withdrawn", "Retirée", "Vous pouvez la demander de nouveau.", final=True),
        State("ended", "Terminée", "Demandez-en une nouvelle pour continuer.", final=True),
    ),
    transitions=(
        Transition("give", "Carte validée", ("asked",), GIVEN, frozenset({"office"})),
        Transition(
            "refuse",
            "Carte refusée",
            ("asked",),
            "refused",
            frozenset({"office"}),
            needs_reason=True,
        ),
        Transition(
            "withdraw",
            "Demande de carte retirée",
            ("asked",),
            "withdrawn",
            frozenset({"family"}),
        ),
        Transition("end", "Carte terminée", (GIVEN,), "ended", frozenset({"clock"})),
    ),
)
