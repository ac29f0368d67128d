"""What this part hangs on pages of lower apps."""


def register() -> None:
    """Called once, when the app is ready."""
