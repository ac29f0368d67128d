"""PostgreSQL as Django knows it, with a cheaper look at whether the connection still lives."""
