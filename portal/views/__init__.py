"""Pages that belong to no single stage of a compound's life."""
