"""The three operations of the web service."""

from datetime import timedelta

from ribambelle_treasury_sim.checks import check_client, check_request
from ribambelle_treasury_sim.contract import CLIENT, CREATE
from ribambelle_treasury_sim.operation import Operation
from ribambelle_treasury_sim.soap import Answer, Call, Fields, functional
from ribambelle_treasury_sim.treasury import Treasury


def answer(treasury: Treasury, call: Call) -> Answer:
    """Do what a call asks, or refuse it with a fault."""
    if call.operation == CREATE:
        return Answer(CREATE, {"idOp": create(treasury, call.fields).idop})
    if call.operation == CLIENT:
        return Answer(CLIENT, client(treasury, call.fields))
    return Answer(call.operation, result(treasury, call.fields))


def create(treasury: Treasury, fields: Fields) -> Operation:
    """Open a payment for fifteen minutes."""
    check_request(treasury, fields)
    operation = Operation.opened(treasury.numbers.idop(), fields, treasury.clock.now())
    treasury.operations[operation.idop] = operation
    return operation


def result(treasury: Treasury, fields: Fields) -> Fields:
    """Tell how a payment ended; a wrong tag is a payment nobody knows."""
    operation = treasury.known(fields.get("idOp", ""))
    if operation is None:
        raise functional("P1", "IdOp incorrect.")
    if not operation.readable(treasury.clock.now()):
        raise functional("P5", "Résultat de la transaction non connu.")
    return detail(operation)


def client(treasury: Treasury, fields: Fields) -> Fields:
    """Tell the three labels of a commune's number."""
    numcli = fields.get("numCli", "")
    check_client(treasury, numcli)
    first, second, third = treasury.clients[numcli]
    return {"libelleN1": first, "libelleN2": second, "libelleN3": third, "numcli": numcli}


def detail(operation: Operation) -> Fields:
    """Return the leaves of a result; those that have nothing to say are absent."""
    when = operation.settled_at or operation.created_at
    leaves = {
        "dattrans": f"{when:%d%m%Y}",
        "exer": operation.exer[:2],  # as recorded: two digits, whatever was sent
        "heurtrans": f"{when:%H%M}",
        "idOp": operation.idop,
        "mel": operation.mel,
        "montant": operation.montant,
        "numauto": operation.numauto,
        "numcli": operation.numcli,
        "objet": operation.objet,
        "refdet": operation.refdet,
        "resultrans": operation.resultrans,
        "saisie": operation.saisie,
    }
    return {name: value for name, value in leaves.items() if value}


def settle(treasury: Treasury, operation: Operation, letter: str) -> None:
    """Keep what the family did on the page, late if the simulator was told so."""
    fault = treasury.faults.take({"late_result": ""}, "", operation.idop)
    late = timedelta(minutes=float(fault.given.get("minutes", 25))) if fault else timedelta()
    authorisation = treasury.numbers.authorisation(letter) if letter in "PV" else ""
    operation.settle(letter, authorisation, treasury.clock.now(), late)
