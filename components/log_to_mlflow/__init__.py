"""Log a run and its model to an MLflow server."""
