def register_on_board() -> None:
    """Filled below."""
