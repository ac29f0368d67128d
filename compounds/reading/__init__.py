"""What people write in a cell or a field, understood: figures, years, degrees, yes and no."""
