"""How fast predictions are served, beside other servers."""
