"""The qualify room."""
