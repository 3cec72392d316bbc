"""Copies of rows for each worker, and how they come together."""
