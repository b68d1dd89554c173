"""Who fills files in: families, and the staff who do it for them."""

from ribambelle.web.guards import Holding
from ribambelle_creche.queries.applications import FILERS

filer = Holding(*FILERS, families=True)
