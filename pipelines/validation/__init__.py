"""From a table to a verdict: is it fit for use, and for a registered model?"""
