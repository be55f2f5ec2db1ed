"""What `minipublic train`, `minipublic evaluate payoffs` and `minipublic payoffs` do with payoffs."""
