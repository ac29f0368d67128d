"""Pages of the directory: people, roles, organisations, divisions, tokens, one's own account."""
