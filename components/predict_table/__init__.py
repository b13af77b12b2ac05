"""Predict every row of a table, however many they are."""
