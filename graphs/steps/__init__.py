"""Blocks out of which protocols are made."""
