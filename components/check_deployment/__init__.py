"""See that a version can be served: it may be, it loads, it is right, and it is fast enough."""
