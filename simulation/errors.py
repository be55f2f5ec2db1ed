"""A mistake in what the user gave: a study file, a codebook, a table, an option."""

from __future__ import annotations


class InputError(ValueError):
    """Names the place (file, line, field, column) and what would be right; the command line exits with 2."""
