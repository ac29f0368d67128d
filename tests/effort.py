"""How hard the property tests try: a third of their examples by default, all of them with `THOROUGH=1 make test`."""

import os

IS_THOROUGH = os.environ.get("THOROUGH") == "1"


def examples(thorough: int) -> int:
    return thorough if IS_THOROUGH else max(8, thorough // 3)
