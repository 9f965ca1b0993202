"""The dialogs, one file each, with a typed result."""
