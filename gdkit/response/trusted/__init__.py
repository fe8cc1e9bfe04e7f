"""Steps for an address that is trusted: such findings are suppressed, those at hand archived."""
