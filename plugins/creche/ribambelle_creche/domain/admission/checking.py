"""Is a proposal, as somebody hands it over, the answer to its snapshot?

Every number it holds is counted again by the auditor's own way; what does not hold is listed, and
nothing is taken on the proposal's word but who passes first by a reserve, which is then checked too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ribambelle_creche.domain.admission import seal
from ribambelle_creche.domain.admission.auditor import Asked, Hall, certify, demand
from ribambelle_creche.domain.admission.outcome import Blocking, CutOff, Kept, Proposal, Refusal
from ribambelle_creche.domain.admission.snapshot import PREFERRED, Application, Snapshot


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: a code, what it is about, and a sentence."""

    code: str
    about: str
    words: str


def faults(given: Snapshot, proposal: Proposal) -> list[Fault]:
    """Return everything that does not hold of a proposal; nothing when it is what it says.

    A claim that stands is a fault even when the certificate admits it.
    """
    wrong = list(_misplaced(given, proposal))
    if wrong:
        return wrong
    hall = Hall(given, proposal.assignments, proposal.certificate.reserves)
    return [
        *_beyond(given, hall),
        *_rights(given, proposal),
        *(
            fault
            for kept in proposal.certificate.reserves
            for fault in _reserve(
                given,
                hall,
                kept,
                tuple(one for one in proposal.certificate.reserves if one is not kept),
            )
        ),
        *_claims(given, proposal),
        *_refusals(given, proposal, hall),
        *_cut_offs(given, proposal, hall),
        *_sums(given, proposal),
    ]


def _misplaced(given: Snapshot, proposal: Proposal) -> Iterator[Fault]:
    files = {one.id: one for one in given.applications}
    for name in sorted(files.keys() ^ proposal.assignments.keys()):
        yield Fault("assignment", name, f"{name} est d’un seul côté : ce n’est pas le même lot.")
    for name, option in proposal.assignments.items():
        if option is not None and name in files and files[name].option(option) is None:
            yield Fault("assignment", name, f"{name} reçoit {option}, qu’il n’a pas demandé.")


def _beyond(given: Snapshot, hall: Hall) -> Iterator[Fault]:
    for name, capacity in given.resources.items():
        if hall.taken[name][-1] > capacity:
            words = f"{name} : {hall.taken[name][-1]} places prises, pour {capacity}."
            yield Fault("capacity", name, words)


def _rights(given: Snapshot, proposal: Proposal) -> Iterator[Fault]:
    pins = {pin.application: pin.option for pin in given.pins}
    for one in given.applications:
        got = proposal.assignments[one.id]
        if one.id in pins:
            if got != pins[one.id]:
                yield Fault("pin", one.id, f"{one.id} n’a pas ce que la commission a épinglé.")
        elif one.current is not None:
            order = [option.id for option in one.options]
            if got is None or order.index(got) > order.index(one.current):
                yield Fault("right", one.id, f"{one.id} perd la place qu’il tenait par droit.")


def _reserve(given: Snapshot, hall: Hall, kept: Kept, others: tuple[Kept, ...]) -> Iterator[Fault]:
    reserve = next((one for one in given.reserves if one.code == kept.code), None)
    if reserve is None or kept.quota != reserve.quota:
        yield Fault("reserve", kept.code, f"La réserve {kept.code} n’est pas celle du lot.")
        return
    flagged = {one.id: one for one in given.applications if reserve.flag in one.flags}
    inside = {
        name
        for name, one in flagged.items()
        if (option := one.option(hall.assignments.get(name)))
        and option.facility in reserve.facilities
    }
    served = sum(flagged[name].count for name in inside)
    if served != kept.served:
        yield Fault("reserve", kept.code, f"{kept.code} : {served} enfants, et non {kept.served}.")
    for name in kept.promoted:
        if name not in inside:
            yield Fault("reserve", name, f"{name} passe par {kept.code} sans y avoir de place.")
    if served < reserve.quota:
        every = Kept(kept.code, kept.quota, served, tuple(flagged))
        # who passes by another reserve keeps that right; who is inside adds nobody by moving
        first = Hall(given, hall.assignments, (*others, every))
        for asked in first.asking():
            one, option = asked[0]
            if (
                one.id in flagged
                and one.id not in inside
                and one.group is None
                and option.facility in reserve.facilities
                and first.stands(asked)
                and not first.is_withheld(asked)  # a place kept empty is a claim, told as one
            ):
                words = f"{kept.code} n’est pas atteinte, et {one.id} y entrerait."
                yield Fault("reserve", one.id, words)


def _claims(given: Snapshot, proposal: Proposal) -> Iterator[Fault]:
    found = certify(given, proposal.assignments, proposal.certificate.reserves)
    for claim in found.claims:
        words = f"{claim.application} pouvait avoir {claim.option} : personne devant ne l’en prive."
        yield Fault("claim", claim.application, words)
    if found != proposal.certificate:
        yield Fault("certificate", "certificate", "Le certificat n’est pas celui de ce résultat.")


def _refusals(given: Snapshot, proposal: Proposal, hall: Hall) -> Iterator[Fault]:
    files = {one.id: one for one in given.applications}
    pinned = {pin.application for pin in given.pins}
    for name, one in files.items():
        got = proposal.assignments[name]
        asked = [option.id for option in one.options]
        refused = asked[: asked.index(got)] if got is not None else asked
        told = proposal.refusals.get(name, ())
        if name in pinned and not told:
            continue
        if any(refusal.option == got for refusal in told):
            yield Fault("refusal", name, f"{name} : une option accordée est dite refusée.")
        elif one.group is None and [refusal.option for refusal in told] != refused:
            yield Fault("refusal", name, f"{name} : un refus n’est pas expliqué.")
        else:
            for refusal in told:
                if not _recounts(hall, files, one, refusal):
                    words = f"{name}, {refusal.option} : les nombres du refus ne se retrouvent pas."
                    yield Fault("refusal", name, words)


def _recounts(
    hall: Hall, files: dict[str, Application], one: Application, refusal: Refusal
) -> bool:
    """Tell whether a refusal's numbers are found again, for the file alone or with its twins."""
    option = next(other for other in one.options if other.id == refusal.option)
    ways: list[Asked] = [((one, option),)]
    if one.group_mode == PREFERRED:
        # a file of the same birth that would rather be alone enters for itself
        siblings = (o for o in files.values() if (o.group, o.group_mode) == (one.group, PREFERRED))
        members = sorted(siblings, key=lambda other: other.id)
        for first in members[0].options:
            together = hall.together(members, first)
            if together and (one, option) in together:
                ways.append(together)
    return any(_holds(hall, asked, refusal.blocking) for asked in ways)


def _holds(hall: Hall, asked: Asked, told: tuple[Blocking, ...]) -> bool:
    """Tell whether every full resource is told with its numbers, and each withheld one is empty."""
    key, asking = hall.rank(asked), [one for one, _ in asked]
    full, withheld = [], []
    for name, needed in demand(asked).items():
        capacity, ahead = hall.given.resources[name], hall.ahead(name, key, asking)
        is_full = ahead + needed > capacity
        last = hall.last(name, key, asking)
        counted = Blocking(name, capacity, ahead, last, withheld=not is_full)
        if is_full:
            full.append(counted)
        elif not hall.is_behind(name, key, asking):
            withheld.append(counted)
    said = [one for one in told if not one.withheld]
    empty = [one for one in told if one.withheld]
    return (
        bool(told)
        and sorted(said, key=_resource) == sorted(full, key=_resource)
        and all(one in withheld for one in empty)
    )


def _resource(one: Blocking) -> str:
    return one.resource


def _cut_offs(given: Snapshot, proposal: Proposal, hall: Hall) -> Iterator[Fault]:
    for name, capacity in given.resources.items():
        taken = hall.taken[name][-1]
        last = hall.last_of_all(name)
        expected = {CutOff(capacity, taken, last)}
        if taken < capacity:
            expected.add(CutOff(capacity, taken, None))
        if proposal.cutoffs.get(name) not in expected:
            yield Fault("cutoff", name, f"{name} : le seuil publié n’est pas celui du résultat.")


def _sums(given: Snapshot, proposal: Proposal) -> Iterator[Fault]:
    served = sum(
        one.count for one in given.applications if proposal.assignments[one.id] is not None
    )
    if served != proposal.served:
        yield Fault(
            "served", "served", f"{served} enfants ont une place, et non {proposal.served}."
        )
    if seal.digest(given, proposal) != proposal.digest:
        yield Fault("digest", "digest", "L’empreinte n’est pas celle de ces deux fichiers.")
