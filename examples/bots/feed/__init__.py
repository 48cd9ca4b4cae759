"""Fetches and reads RSS and Atom feeds."""
