"""The administration command `ribambelle`."""
