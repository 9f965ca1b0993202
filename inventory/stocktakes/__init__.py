"""Stocktakes: what should be there, what was seen, what differs, who decides, and what stays of it."""
