"""Tests of gdkit.simulator."""
