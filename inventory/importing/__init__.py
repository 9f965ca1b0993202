"""Readers of the files people bring: one for tables, one for each kind of thing in them."""
