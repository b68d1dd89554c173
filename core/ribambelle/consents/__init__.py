"""What a person agreed to, in which words, since when, and until they changed their mind."""

from ribambelle.consents.keeping import give, of_account, standing, withdraw
from ribambelle.consents.text import Text

__all__ = ["Text", "give", "of_account", "standing", "withdraw"]
