"""The world to rehearse in, through the same code as a real crisis: a Microsoft 365 tenant, lab laptops."""
