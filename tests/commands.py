"""Commands of manage.py as somebody starts them: a process of its own, nothing of the test run in its environment."""

import os
import subprocess
import sys

from django.conf import settings

from tests.environment import ENVIRONMENT


def manage(
    *arguments: str, text: bool = True, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess:
    """Run manage.py; warnings are errors."""
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    command = [sys.executable, "-W", "error", str(settings.BASE_DIR / "manage.py"), *arguments]
    return subprocess.run(
        command,
        env=inherited | environment | {"DJANGO_SETTINGS_MODULE": "salescrm.settings"},
        input=stdin,
        capture_output=True,
        text=text,
        check=False,
    )
