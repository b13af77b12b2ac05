"""The component that checks a table before anything is learnt from it."""
