"""The enrich room."""
