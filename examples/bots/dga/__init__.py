"""Tells names that a program made up from names that people chose."""
