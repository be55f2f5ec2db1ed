"""Which person is this: what a story says of the traits of who tells it."""
