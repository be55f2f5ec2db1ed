"""Which persona stands for which human."""
