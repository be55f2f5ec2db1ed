"""The instruments that ship with the package, and reading them."""
