"""Which persona stands for which human."""

from __future__ import annotations

from .matching import METHODS, ONE_TO_ONE, Matching, MatchingError, match

__all__ = ["METHODS", "ONE_TO_ONE", "Matching", "MatchingError", "match"]
