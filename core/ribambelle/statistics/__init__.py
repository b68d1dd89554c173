"""Figures that may be shown: tables in which nobody can be recognised."""

from ribambelle.statistics.over_time import protected_after
from ribambelle.statistics.small_cells import HIDDEN, Cell, Table, protected

__all__ = ["HIDDEN", "Cell", "Table", "protected", "protected_after"]
