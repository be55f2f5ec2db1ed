"""`python -m minipublic.simulation.cli`, the same as the command `minipublic`."""

from .app import main

main()
