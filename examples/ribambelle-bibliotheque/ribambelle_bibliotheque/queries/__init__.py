"""Questions to the commune's own database. Each says whose rows it reads."""
