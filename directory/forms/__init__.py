"""HTML input of the directory."""
