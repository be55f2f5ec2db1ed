"""People of flesh and blood in the seats of an episode."""
