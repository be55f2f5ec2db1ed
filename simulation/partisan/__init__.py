"""Partisan gaps, from a table of answers to a page beside the published figures."""
