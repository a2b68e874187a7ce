"""Calls at any depth find memory that is there, whatever the depth at which a request begins."""

import subprocess
import sys

import pytest

# Prints the most page faults of any depth: 300 calls, each of which would get memory from the system anew.
PROBE = """
import resource
from salescrm.serving.stack import with_stack

def leaf(one, two, three, four):
    return one

def calls(depth, start):
    if depth:
        return calls(depth - 1, start)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for number in range(300):
        leaf(number, 2, 3, 4)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

application = {application}
print(max(application(depth, None) for depth in range(400) for _again in range(2)))
"""


def page_faults(application):
    command = [sys.executable, "-c", PROBE.format(application=application)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize(("application", "many"), [("with_stack(calls)", False), ("calls", True)])
def test_calls_at_no_depth_ask_the_system_for_memory_again_and_again(application, many):
    """Without it there is such a depth; a Python for which that is not so needs `with_stack` no more."""
    assert (page_faults(application) > 150) is many
