"""Sortition: drawing a panel that mirrors a population by quotas, as fairly as the quotas allow (docs/sortition.md)."""

from __future__ import annotations

from .lottery import Lottery, Panel, draw_panel, fair_lottery
from .quotas import SortitionError

__all__ = ["Lottery", "Panel", "SortitionError", "draw_panel", "fair_lottery"]
