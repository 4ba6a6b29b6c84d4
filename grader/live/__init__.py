"""Grading from inside a notebook: what runs in the student's kernel, and the service beside it.

The kernel holds the student's code, so nothing is judged there: it remembers which cells ran and sends their source, as
JSON lines, to a process of its own (`grader.live.service`), which has a warm sandbox and answers with HTML and text.
"""
