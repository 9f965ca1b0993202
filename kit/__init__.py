"""The crisis: plan it, run it, hand it over, take it back."""
