"""Which persona stands for which human."""

from __future__ import annotations

from .matching import METHODS, Matching, MatchingError, match

__all__ = ["METHODS", "Matching", "MatchingError", "match"]
