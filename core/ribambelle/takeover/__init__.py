"""Taking over what another program held: files read by a mapping, shown first, and a way back."""

from ribambelle.takeover.lines import Line, Unread
from ribambelle.takeover.matters import Matter, Taking, one_by_one
from ribambelle.takeover.traces import Trace, household

__all__ = ["Line", "Matter", "Taking", "Trace", "Unread", "household", "one_by_one"]
