"""The treasury of tests: the simulator in its own process, driven over HTTP."""
