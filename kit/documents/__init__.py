"""Facts in, documents out: PDF for the counter, plain text for a town hall without a printer.

Start at `interface.py` for what every document shares. A new kind is one module here (its facts, its
wording, its plain text) and one template in `templates/`; nothing else changes.

A laptop's report is read by `report_shape.py` and `report_reading.py` into the facts of `laptop_state.py`,
which `clean_state_wording.py` tells.
"""
