"""Readers of episodes: files of deliberations, real or simulated, in several layouts."""

from __future__ import annotations

from .formats import FORMATS, read, read_episodes
from .reading import Reading

__all__ = ["FORMATS", "Reading", "read", "read_episodes"]
