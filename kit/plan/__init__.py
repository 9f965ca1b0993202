"""Pure: (crisis, pool, terms) → Plan. No clock, no thread, no data base, no file."""
