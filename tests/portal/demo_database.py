"""The demo, loaded once a run by its own command, as `app`, and copied for each file that looks at it."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import override_settings
from psycopg2 import sql

from renovation.environment import BASE_DIR
from tests.database import Databases

DAY = date(2026, 11, 20)


@contextmanager
def demo_instead(databases: Databases) -> Iterator[dict[str, Any]]:
    """This process' database is a copy of the loaded demo; gives how the loading went."""
    name = databases.of_run("demo")
    with databases.connect("postgres", role="postgres") as connection, connection.cursor() as cursor:
        with databases.made_once(cursor, name) as is_missing:
            if is_missing:
                _load(databases, cursor, name)
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        )
        ((told,),) = cursor.fetchall()
    connections.close_all()
    databases.create_from(name)
    _link_files(databases.files_of(name), Path(settings.MEDIA_ROOT))
    with override_settings(DEMO=True):
        yield json.loads(told)
    connections.close_all()
    databases.create()


def _load(databases: Databases, cursor: Any, name: str) -> None:
    unfinished = f"unfinished_{name}"
    databases.copy(cursor, databases.template(cursor), unfinished)
    environment = {
        **os.environ,
        **databases.environment(unfinished),
        "DEMO": "1",
        "MEDIA_ROOT": str(databases.files_of(name)),
    }
    del environment["DATABASE_OWNER_URL"]
    command = [sys.executable, "manage.py", "load_demo", f"--today={DAY}", "--skip-checks"]
    begun = time.monotonic()
    done = subprocess.run(command, cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = {"seconds": time.monotonic() - begun, "load": os.getloadavg()[0], "said": done.stdout}
    # As after the minute in which the server of an installation looks through its tables by itself.
    with databases.connect(unfinished, role="postgres") as connection, connection.cursor() as inside:
        inside.execute("VACUUM ANALYZE")
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    cursor.execute(comment.format(sql.Identifier(unfinished), sql.Literal(json.dumps(told))))
    databases.finished(cursor, unfinished, name)


def _link_files(there: Path, here: Path) -> None:
    shutil.rmtree(here, ignore_errors=True)
    shutil.copytree(there, here, copy_function=os.link)
