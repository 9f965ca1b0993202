"""The widgets: they draw what they are given and own no data."""
