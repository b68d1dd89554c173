"""What crèche files hold of families."""

from ribambelle.privacy import PersonalData

HELD: list[PersonalData] = []
