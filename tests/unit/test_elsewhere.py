"""macOS and Windows, as far as that can be tried on Linux: the platform is renamed before anything is imported."""

import subprocess
import sys
import textwrap

DARWIN = """
import psutil, sys, sysconfig, torch  # what looks at the platform itself comes first
sysconfig.get_config_vars()
sys.platform = "darwin"
"""


def run(code: str) -> str:
    program = DARWIN + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_linux_modules_are_not_imported():
    said = run("import grader.sandbox.server, grader.cli\nprint('grader.confine.seccomp' in sys.modules)")
    assert said == "False\n"


def test_somebodys_own_file_is_graded_and_the_report_says_not_isolated():
    said = run("""
        from grader.model import Limits
        from grader.sandbox.isolation import decide
        isolation = decide("auto", own=True)
        plan = isolation.plan("/nowhere", 1, Limits(), cgroup=None, shared=False)
        print(isolation.profile, isolation.told(isolation.layers(plan)))
    """)
    assert said == "process ('none', 'process', 'memory by watchdog')\n"


def test_somebody_elses_file_is_refused_with_a_cure():
    said = run("""
        from grader.errors import Mistake
        from grader.sandbox.isolation import decide
        try:
            decide("auto", own=False)
        except Mistake as mistake:
            print(mistake.problem, "|", mistake.cure)
    """)
    assert "darwin" in said
    assert "--isolation none" in said


def test_a_worker_confines_itself_as_far_as_it_can(tmp_path):
    said = run(f"""
        from pathlib import Path
        from grader.confine import Plan, confine
        seen = confine(Plan(profile="process", folder={str(tmp_path)!r}))
        import os
        print(seen.layers, Path.cwd().name, sorted(set(os.environ) & {{"HOME", "SHELL", "PWD"}}))
    """)
    assert said == "('process',) scratch ['HOME']\n"
