"""The theoretical maximum: how many children any assignment at all could serve.

It is told beside the commission's result, never instead of it: it takes no account of who comes
first, so most families would have a justified complaint. HiGHS computes it, an optional extra.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ribambelle.errors import Refused
from ribambelle_creche.domain.admission.reading import read_snapshot
from ribambelle_creche.domain.admission.snapshot import Snapshot
from ribambelle_creche.tables import Proposal

PACKAGE = "ribambelle-creche[advisory]"


def is_installed() -> bool:
    """Tell whether the solver is there."""
    return find_spec("highspy") is not None


@contextmanager
def _aside() -> Iterator[None]:
    """Drop what a library prints: an answer of `--json`, and the log of a server, hold JSON alone.

    The solver greets as it is made, before it can be told to be silent, and past `sys.stdout`.
    """
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


async def advise(proposal: int) -> None:
    """Compute the theoretical maximum of a run, and keep it beside; run as a job, apart.

    A run made again has the same places and files: the same number is written twice.
    """
    row = await Proposal.objects().get(Proposal.id == proposal)
    if row is None or not is_installed():
        return
    given = read_snapshot(row.inputs.encode())
    most = await asyncio.to_thread(most_served, given)
    await Proposal.update({Proposal.theoretical: most}).where(Proposal.id == proposal)


def most_served(snapshot: Snapshot, seconds: float = 60) -> int:
    """Return the most children that places and rights allow; of a search cut short, its bound.

    Raises Refused("advisory_missing") when the solver is not installed.
    """
    try:
        highspy: Any = import_module("highspy")
    except ImportError as error:
        words = f"Le maximum théorique demande un module de plus : pip install '{PACKAGE}'."
        raise Refused("advisory_missing", words=words) from error
    with _aside():
        solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("time_limit", seconds)
    rows: dict[str, list[Any]] = {name: [] for name in snapshot.resources}
    pins = {pin.application: pin.option for pin in snapshot.pins}
    served: list[Any] = []
    for one in snapshot.applications:
        taken: list[Any] = []
        for option in one.options:
            if one.id in pins and option.id != pins[one.id]:
                continue
            variable = solver.addBinary()
            taken.append(variable)
            served.append(variable * one.count)
            for name, demand in option.demand.items():
                if demand:
                    rows[name].append(variable * (demand * one.count))
        if taken:
            owed = one.current is not None or pins.get(one.id) is not None
            total = solver.qsum(taken)
            solver.addConstr(total == 1 if owed else total <= 1)
    for name, terms in rows.items():
        if terms:
            solver.addConstr(solver.qsum(terms) <= snapshot.resources[name])
    if not served:
        return 0
    solver.maximize(solver.qsum(served))
    if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
        return round(float(solver.getInfo().objective_function_value))
    return int(float(solver.getInfo().mip_dual_bound))
