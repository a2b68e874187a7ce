"""The settings of a worker that a test starts: one chore, which the test can hold up."""

from salescrm.settings import *  # noqa: F403

CHORES = ["tests.salescrm.background.slow.CHORE"]
