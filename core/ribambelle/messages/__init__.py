"""What the portal writes to people: kept in the commune's outbox, sent by a job."""

from ribambelle.messages.outbox import Enclosed, post, text

__all__ = ["Enclosed", "post", "text"]
