"""Who works with money at the town hall, and who only reads."""

from ribambelle.web.guards import Holding

till = Holding("regisseur", "admin")
reading = Holding("regisseur", "accountant", "agent", "admin")
