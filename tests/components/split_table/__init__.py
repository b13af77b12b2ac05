"""Tests of `split_table`."""
