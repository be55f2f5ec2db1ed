"""Votes on statements, as Polis exports them."""
