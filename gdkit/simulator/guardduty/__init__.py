"""GuardDuty of the simulated accounts: its API, and the detector that makes findings from CloudTrail records."""
