"""The harness of our tests and of integrators': two fresh communes, a clock, a mailbox, a browser.

In a ``conftest.py``::

    pytest_plugins = ["ribambelle.testing.fixtures"]

Then a test asks for what it needs::

    async def test_a_page(communes):
        visitor = communes.alpha.visitor()

        assert (await visitor.get("/creche")).status_code == 200

Every test that asks for ``communes`` runs twice: on SQLite and on PostgreSQL.
"""

from ribambelle.testing.clock import FrozenClock
from ribambelle.testing.communes import Communes, Town

__all__ = ["Communes", "FrozenClock", "Town"]
