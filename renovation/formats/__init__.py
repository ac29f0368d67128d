"""How dates and numbers are written: the same in both languages."""
