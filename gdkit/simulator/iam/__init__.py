"""IAM and STS of the simulated accounts: credentials, policies in force, and the decision on every call."""
