"""Receives and reads syslog messages."""
