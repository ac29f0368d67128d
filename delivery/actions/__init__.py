"""Every write of the building site."""
