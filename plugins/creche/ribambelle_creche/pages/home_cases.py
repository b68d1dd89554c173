"""What the shared situations wait for: an opinion of a member, a reminder by the town hall."""

from ribambelle import tenants
from ribambelle.identity import Person
from ribambelle.web import formats
from ribambelle.web.home import ToDo
from ribambelle_creche.domain.cases import SPEAKERS, is_late
from ribambelle_creche.pages.cases import SITUATIONS
from ribambelle_creche.queries import cases
from ribambelle_creche.queries.cases import OFFICE


async def waiting(person: Person) -> list[ToDo]:
    """Return the opinions this person owes, one each; to the town hall, those that are late."""
    today = tenants.current().now().date()
    if person.holds(*OFFICE):
        late = [
            one
            for one in await cases.seen_by(person)
            if is_late(one.answer_by, today, has_answered=not await cases.silent(one.id))
        ]
        if not late:
            return []
        title = f"{formats.pluriel(len(late), 'situation')} sans avis"
        detail = (
            f"La plus ancienne : avis attendu avant la fin du {formats.jour(late[0].answer_by)}."
        )
        return [ToDo(title, detail, "Voir", SITUATIONS, "gens", len(late), overdue=True)]
    if not person.holds(*SPEAKERS):
        return []
    return [
        ToDo(
            f"Votre avis sur la demande {one.application.number}",
            f"Attendu avant la fin du {formats.jour(one.answer_by)}.",
            "Donner un avis",
            f"{SITUATIONS}/{one.id}",
            "gens",
            1,
            overdue=today > one.answer_by,
        )
        for one in await cases.seen_by(person)
        if any(each.account == person.account for each in await cases.silent(one.id))
    ]
