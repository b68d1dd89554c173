"""The life of a request: declared states and transitions, run, written down and told."""

from ribambelle.workflow.declaration import State, Step, Transition, Workflow
from ribambelle.workflow.engine import fire, history, start

__all__ = ["State", "Step", "Transition", "Workflow", "fire", "history", "start"]
