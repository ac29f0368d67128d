class ProjectCode:
    """`421003-2025-0017`: begins with a digit, so that words ("add", "import") stay free for pages."""

    regex = "[0-9][0-9A-Za-z-]{0,31}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
