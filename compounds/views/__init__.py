"""Pages of the register, the surveys, the pool and the rules. They translate; `compounds.actions` decides."""
