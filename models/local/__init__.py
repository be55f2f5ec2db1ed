"""Models that run in this process; what they need comes with the extra `local`."""
