"""From a window of rows to an alarm: has what a model is given, or does, moved?"""
