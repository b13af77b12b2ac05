"""What may go wrong with a way of training."""


class WayFailedError(Exception):
    """A way has no predictions for a table; the message is its own last words."""
