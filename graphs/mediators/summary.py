"""The plainest mechanism: one statement, written by the mediator's model."""

from __future__ import annotations

from ...personas.answers import Missing
from .desk import Desk
from .protocol import Case


async def summary(case: Case, desk: Desk) -> str | Missing:
    """One statement from what everybody wrote (Jarrett et al. 2025; Tessler et al. 2024 without its choice)."""
    return await desk.statement(case)
