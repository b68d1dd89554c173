"""Where is an address? Asked to the public address service, else read in what the commune keeps."""

from ribambelle.geocoding.finding import Found, Spot, find

__all__ = ["Found", "Spot", "find"]
