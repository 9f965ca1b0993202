"""Facts in, documents out: PDF for the counter, plain text for a town hall without a printer.

Start at `interface.py` for what every document shares. A new kind is one module here (its facts, its
wording, its plain text) and one template in `templates/`; nothing else changes.
"""
