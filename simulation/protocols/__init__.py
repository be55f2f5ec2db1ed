"""Protocols in study files."""
