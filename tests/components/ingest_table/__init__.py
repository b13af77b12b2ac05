"""Tests of `ingest_table`."""
