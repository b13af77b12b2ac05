"""Tests of `validate_table`."""
