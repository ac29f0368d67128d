"""What may stand behind /r/ as a letter's code: anything; how it reads is said by the page."""


class LetterCode:
    regex = "[^/]{1,300}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
