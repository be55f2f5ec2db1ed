"""Studies of digital representatives: training them, and measuring how well they stand in (Jarrett et al. 2025)."""
