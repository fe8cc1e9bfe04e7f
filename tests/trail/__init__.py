"""Tests of gdkit.trail."""
