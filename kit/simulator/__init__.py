"""The simulator: a Microsoft 365 tenant to rehearse on, through the same code as a real crisis."""
