"""The response of one case: its target, its steps run, what was proven after, and the order of the whole."""
