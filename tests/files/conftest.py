from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def files_of_their_own(tmp_path: Path, settings: Settings) -> Path:
    """An empty store for this test."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path
