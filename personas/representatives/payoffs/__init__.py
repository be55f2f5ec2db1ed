"""Payoff models: how far a person agrees with a statement, from a transformer with one number at its end or from a scale."""
