"""Steps against what grew from the leaked credential."""
