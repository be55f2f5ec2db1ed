"""Mechanisms: how a group statement comes about."""
