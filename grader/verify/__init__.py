"""Is an exercise sound, and are its cases strong? The reference, the corpus and mutants of the reference tell."""

from grader.verify.result import Verification, Verified
from grader.verify.run import Settings, verify

__all__ = ["Settings", "Verification", "Verified", "verify"]
