"""CloudTrail of the simulated accounts: records, the event history, and trails that deliver signed files."""
