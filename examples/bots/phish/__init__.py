"""Judges a URL by its looks and by what the hub knows of it. Nothing here contacts it."""
