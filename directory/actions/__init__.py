"""Every write of the directory: accounts, roles, organisations, divisions, tokens, sign-in."""
