"""``python -m ribambelle_treasury_sim``: the simulator in its own process."""

import typer

from ribambelle_treasury_sim.command import treasury_sim

typer.run(treasury_sim)
