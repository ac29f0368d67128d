"""PostgreSQL and Redis of our own, below the installation's folder.

`make demo`, `make run` and the tests run on these; production names its own
servers (`DATABASE_URL`, `REDIS_URL`) and never comes here. The programs come out
of Python wheels, so that a machine needs nothing installed; we drive them
ourselves, because the wheel's own driver loosens the permissions of every folder
above the data when it runs as root.
"""

from renovation.embedded.errors import EmbeddedError
from renovation.embedded.installation import Installation

__all__ = ["EmbeddedError", "Installation"]
