"""How good the models are that come of real tables, beside plain choices."""
