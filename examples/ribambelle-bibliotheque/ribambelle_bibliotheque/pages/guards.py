"""Who works at the library."""

from ribambelle.web.guards import Holding

ROLES = ("librarian", "agent", "admin")
librarian = Holding(*ROLES)
