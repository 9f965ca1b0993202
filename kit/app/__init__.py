"""Composition root: builds everything from settings."""
