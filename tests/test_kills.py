"""A class that is killed again and again comes out as one that was not: benchmarks/kills.py in small."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT


def test_what_is_killed_and_taken_up_again_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/kills.py", "3", "12"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    met = {words: int(count) for count, words in re.findall(r"^ +(\d+)  (.+)$", done.stdout, re.MULTILINE)}
    assert sum(count for words, count in met.items() if not words.startswith("afterwards")) == 3
    assert sum(count for words, count in met.items() if "had ended" in words) < 3  # somebody was killed at work
    assert any(words == "afterwards: gradebook, reports and export are the same" for words in met)
