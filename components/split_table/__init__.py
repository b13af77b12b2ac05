"""The component that splits a table into train and test."""
