"""The standardise room."""
