"""Families the town hall already knows: imported, written to, and followed until they sign in."""

from ribambelle.families.groups import FamilyGroup

__all__ = ["FamilyGroup"]
