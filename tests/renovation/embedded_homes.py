"""Helpers of the tests that start an installation in a folder of their own."""

import shutil
from pathlib import Path

import psycopg2


def remove(home: Path) -> None:
    """What root's servers left outside of the folder is removed with it."""
    place = (home / "servers").resolve()
    if (home / "servers").is_symlink() and place.name.startswith("renovation-") and place.is_dir():
        shutil.rmtree(place)


def ask(url: str, statement: str) -> list[tuple[object, ...]]:
    """One statement on a connection of its own, committed at once."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
