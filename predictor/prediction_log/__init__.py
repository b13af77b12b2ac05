"""The prediction log: what was asked and answered, as Parquet, for monitoring."""
