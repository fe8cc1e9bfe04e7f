"""Steps on the instance: its evidence, its isolation, its metadata service."""
