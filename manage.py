#!/usr/bin/env python
"""Django's command line, with the embedded installation's settings where no others are given."""

import os
import sys

from django.core.management import execute_from_command_line

from renovation.environment import use_embedded_environment


def main() -> None:
    use_embedded_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "renovation.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
