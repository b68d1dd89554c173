"""What a program may be told: each transition that the plugins of the commune declare."""

from collections.abc import Iterable
from dataclasses import dataclass

from ribambelle import tenants
from ribambelle.workflow.declaration import Workflow

ALL = "*"


@dataclass(frozen=True, slots=True)
class Kind:
    """One event, named by its workflow and its transition."""

    code: str
    label: str
    path: str
    """The states it leaves and the one it reaches, in words."""


def offered() -> dict[str, list[Kind]]:
    """Return what may be told in this commune, by workflow."""
    workflows = tenants.current().hooks.workflows
    return {code: of_workflow(one) for code, one in sorted(workflows.items())}


def called(code: str) -> str:
    """Return what an event, or a whole workflow, is called; its code once its plugin is gone."""
    for name, workflow in tenants.current().hooks.workflows.items():
        if code == f"{name}.{ALL}":
            return str(workflow.called)
        for one in of_workflow(workflow):
            if one.code == code:
                return f"{workflow.called} : {one.label}"
    return code


def of_workflow(workflow: Workflow) -> list[Kind]:
    """Return the events of one workflow, in the order it declares them."""
    return [
        Kind(
            f"{workflow.code}.{one.code}",
            one.label,
            f"{', '.join(workflow.state(each).label for each in one.sources)}"
            f" → {workflow.state(one.target).label}",
        )
        for one in workflow.transitions
    ]


def known() -> set[str]:
    """Return every code that may be asked for, a whole workflow's included."""
    found = offered()
    every = {one.code for kinds in found.values() for one in kinds}
    return every | {f"{workflow}.{ALL}" for workflow in found}


def is_told(wanted: Iterable[str], workflow: str, transition: str) -> bool:
    """Tell whether who asked for these is told of this.

    >>> is_told(["creche.application.accept"], "creche.application", "accept")
    True
    >>> is_told(["creche.application.*"], "creche.application", "withdraw")
    True
    >>> is_told(["creche.application.accept"], "creche.application", "withdraw")
    False
    """
    return not {f"{workflow}.{transition}", f"{workflow}.{ALL}"}.isdisjoint(wanted)
