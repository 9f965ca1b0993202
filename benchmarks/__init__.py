"""Measures what is promised, as ratios taken in one run: machines are noisy, seconds mean little."""
