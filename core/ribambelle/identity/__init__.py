"""Who is there: accounts, sessions, roles, and the families they belong to."""

from ribambelle.identity.person import Grant, Person, Role

__all__ = ["Grant", "Person", "Role"]
