"""Comparing mechanisms on the same groups."""
