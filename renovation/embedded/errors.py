"""What can go wrong with the embedded servers, said in one line each."""


class EmbeddedError(Exception):
    """Whoever started the command reads this line and nothing else, so it says what to do."""
