"""Training: a model on many people's texts, or an adapter for each person."""
