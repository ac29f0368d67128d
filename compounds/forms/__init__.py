"""What people type into the register, the surveys, the pool and the rules."""
