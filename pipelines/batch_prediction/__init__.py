"""From a table and a registered model to the predictions of all rows."""
