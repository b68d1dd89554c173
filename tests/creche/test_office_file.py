"""What an agent reads of a file, beside the proofs that justify it."""

import re
from datetime import date

from tests.creche.builders import a_dossier, a_facility, a_quartier, an_application

from ribambelle.testing import Communes
from ribambelle_creche.domain.dossier import (
    Address,
    Care,
    Child,
    Entry,
    Home,
    Resources,
    Situation,
    Week,
    Wishes,
    encode,
)
from ribambelle_creche.tables import Application

QUEUE = "/bureau/creche/demandes"


def words(page: str) -> str:
    """Return what a page says, without its tags."""
    text = re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").replace("\u202f", " ")
    return " ".join(text.split())


async def test_an_agent_reads_all_that_was_declared_beside_its_proof(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        one = await a_facility("Les Lilas")
        quartier = await a_quartier("Gare")
        number = await an_application(
            one,
            address=Address("12 rue des Lilas", "97400", "Alpha", quartier),
            situation=Situation("employed", works_in_town=True, has_atypical_hours=True),
            home=Home(
                2, has_sibling_in_creche=True, sibling_until=date(2027, 8, 31), has_aeeh=True
            ),
            resources=Resources("1234567", 64000, allows_cdap=True),
            care=Care("occasional", 40, "childminder"),
            entry=Entry(date(2027, 1, 4), 2),
            week=Week(1023, (3,)),
            wishes=Wishes((one,), accepts_any=True, accepts_childminder=True),
        )
    agent = await town.staff()

    page = (await agent.get(f"{QUEUE}/{number}")).text
    told, proofs = words(page), words(page.partition('id="pieces"')[2].partition("</section>")[0])

    for said in (
        *(
            "12 rue des Lilas, 97400 Alpha",
            "Gare",
            "En emploi, dans la commune, horaires atypiques",
        ),
        *("Oui, jusqu’au 31 août 2027", "AEEH Oui", "Numéro CAF 1234567", "640,00"),
        *("Consultation du dossier CAF Autorisée", "Occasionnel", "Par une assistante maternelle"),
        *("à 2 semaines près", "Repli 1 lundi", "Une autre crèche Acceptée"),
        *("Une assistante maternelle Acceptée", "Téléphone 06 99 00 00 00"),
    ):
        assert said in told, said
    assert "Adresse : 12 rue des Lilas, 97400 Alpha" in proofs
    assert "Parent qui demande : En emploi" in proofs
    assert "Naissance : 14 mars 2026" in proofs


async def test_an_agent_knows_that_a_family_is_changing_its_answers(communes: Communes) -> None:
    town = communes.alpha
    with town.here():
        number = await an_application()
    agent = await town.staff()
    before = (await agent.get(f"{QUEUE}/{number}")).text

    with town.here():
        other = encode(a_dossier(child=Child(given_name="Zoé", family_name="Hoarau")))
        await Application.update({Application.answers: other}).where(Application.id == number)

    assert "La famille modifie sa demande" not in before
    assert "La famille modifie sa demande" in (await agent.get(f"{QUEUE}/{number}")).text
