"""Benchmarks: measured side by side in one run, told as ratios. Nothing in here passes or fails."""
