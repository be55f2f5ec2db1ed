"""Readers of episodes: files of deliberations, real or simulated, in several layouts."""
