"""What `minipublic evaluate representatives` does: held-out texts scored, written and judged, episodes played again."""
