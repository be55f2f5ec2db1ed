"""What `minipublic train` does: from a study file to a run folder of trained representatives."""
