"""Matching a population to the people of a table."""
