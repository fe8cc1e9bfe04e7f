"""Staged incidents: each is played by real calls against the simulated accounts, by its own clock, the same by seed."""
