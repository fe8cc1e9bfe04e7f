"""Tests of gdkit.responding."""
