"""API Particulier: what the State already knows of a family, asked once it said yes, kept as proof."""

from ribambelle.particulier.kinds import QUOTIENT, RESOURCES, SCHOOLING, Kind
from ribambelle.particulier.uses import StateTold, StateUse

__all__ = ["QUOTIENT", "RESOURCES", "SCHOOLING", "Kind", "StateTold", "StateUse"]
