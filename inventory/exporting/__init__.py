"""Writers of the files people take away: one for the pool, one for the danger in cells."""
