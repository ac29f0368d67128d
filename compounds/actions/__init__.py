"""Every write to the register, the surveys, the rules and the pool."""
