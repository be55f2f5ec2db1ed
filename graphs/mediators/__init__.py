"""Mechanisms: how a group statement comes about."""

from .desk import Desk
from .protocol import Case, Mediator, MediatorError, Ruling
from .summary import summary

__all__ = ["Case", "Desk", "Mediator", "MediatorError", "Ruling", "summary"]
