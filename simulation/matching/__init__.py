"""Matching a population to the people of a table."""

from __future__ import annotations

from .files import MatchPlan, match_files
from .humans import Humans, read_humans

__all__ = ["Humans", "MatchPlan", "match_files", "read_humans"]
