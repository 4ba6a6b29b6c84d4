"""What runs in the student's kernel: it remembers which cells ran, and shows what the service says. Imports no torch."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Any

from grader.live.answer import Answer, sentence
from grader.live.line import LineError, Service

PLACE = "_grader_session"
"""The attribute of the shell that holds its session."""
MAGIC = "grade"
MAX_RUNS = 5_000


def load(shell: Any) -> None:
    """Follow a shell's cells, and start the service; inside a sandbox, where a notebook is being graded, do nothing."""
    if _is_graded():
        shell.register_magic_function(_run_only(shell), "cell", MAGIC)
        return
    session(shell).service()


def unload(shell: Any) -> None:
    """Undo `load`."""
    found: Session | None = getattr(shell, PLACE, None)
    if found is not None:
        found.close()
        delattr(shell, PLACE)


def check(*exercises: str) -> Answer:
    """Grade exercises of the session that this is called in; never raises but `KeyboardInterrupt`."""
    if _is_graded():
        return Answer(text="")
    wrong = [name for name in exercises if not isinstance(name, str)]
    if wrong:
        return sentence("grader.check takes the names of exercises", 'Write grader.check("mse_loss"), with the quotes.')
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return sentence("grader.check works in a notebook or in IPython", "To grade a file: grade FILE")
    return session(shell).check(exercises)


def session(shell: Any) -> Session:
    """Return the session of a shell, begun now if there is none."""
    found: Session | None = getattr(shell, PLACE, None)
    if found is None:
        found = Session(shell)
        setattr(shell, PLACE, found)
    return found


def _is_graded() -> bool:
    """Tell whether this process is a worker that runs somebody's notebook."""
    return "grader.worker.serve" in sys.modules


def _run_only(shell: Any) -> Any:
    def grade(line: str, cell: str) -> None:  # noqa: ARG001 - what a cell magic is called with
        shell.run_cell(cell, store_history=False)

    return grade


class Session:
    """The cells that ran in one shell, and the service that grades them."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._service: Service | None = None
        self._started = 0.0
        self.deleted: dict[str, float] = {}
        before = enumerate(shell.history_manager.input_hist_raw)
        self.runs = [self._run(source, "", count) for count, source in before if source.strip()]
        if self.runs:
            self._note_frontend(self.runs[-1])
        shell.events.register("pre_run_cell", self.began)
        shell.events.register("post_run_cell", self.ended)
        shell.register_magic_function(self.grade, "cell", MAGIC)
        atexit.register(self.close)

    def service(self) -> Service:
        """Return the service, started now if it is not alive."""
        if self._service is None or not self._service.alive:
            self._service = Service()
        return self._service

    def close(self) -> None:
        """End the service and forget the shell."""
        for event, function in (("pre_run_cell", self.began), ("post_run_cell", self.ended)):
            with contextlib.suppress(ValueError):
                self.shell.events.unregister(event, function)
        atexit.unregister(self.close)
        if self._service is not None:
            self._service.close()

    def began(self, info: Any) -> None:
        """Remember a cell that is about to run."""
        if info.silent or not info.store_history or not info.raw_cell.strip():
            return
        run = self._run(info.raw_cell, getattr(info, "cell_id", None) or "", self.shell.execution_count)
        self._note_frontend(run)
        self.runs = [*self.runs, run][-MAX_RUNS:]
        self._started = time.monotonic()

    def ended(self, result: Any) -> None:
        """Remember how a cell ended, and how long it took."""
        if self.runs and getattr(result.info, "store_history", False) and not result.info.silent:
            self.runs[-1]["seconds"] = time.monotonic() - self._started if self._started else 0.0
            self.runs[-1]["ok"] = bool(result.success)

    def grade(self, line: str, cell: str) -> Answer:
        """`%%grade EXERCISE`: run the cell, then grade it."""
        if not self.shell.run_cell(cell, store_history=False).success:
            return sentence("This cell did not run to its end, so it was not graded", "Mend the error above first.")
        return self.check(tuple(line.split()))

    def check(self, exercises: tuple[str, ...]) -> Answer:
        """Ask the service, and once more if it had died since."""
        question = self._question(exercises)
        for again in (False, True):
            try:
                return _answer(self.service().ask(question))
            except LineError as error:
                if again:
                    return sentence(f"The grader beside this kernel failed: {error}", "Save, and use: grade NOTEBOOK")
            except KeyboardInterrupt:
                return sentence("Interrupted: nothing was graded", "")
        raise AssertionError("the loop returns")

    def _question(self, exercises: tuple[str, ...]) -> dict[str, Any]:
        return {
            "exercises": exercises,
            "folder": str(Path.cwd()),
            "path": self._path(),
            "page": _colab_page(),
            "deleted": self.deleted,
            "runs": self.runs,
            "elsewhere": self._elsewhere(exercises),
            "colour": bool(getattr(sys.stdout, "isatty", lambda: False)()),
        }

    def _path(self) -> str:
        """Return where the notebook is, as far as the one who started the kernel says it: VS Code or a Jupyter server."""
        for said in (self.shell.user_ns.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
            if isinstance(said, str) and said.endswith(".ipynb"):
                for path in (Path(said), Path.cwd() / Path(said).name):
                    if path.is_file():
                        return str(path.absolute())
        return ""

    def _elsewhere(self, exercises: tuple[str, ...]) -> dict[str, str]:
        """Return the modules that exercises were imported from."""
        modules = {name: getattr(self.shell.user_ns.get(name), "__module__", None) for name in exercises}
        return {name: str(module) for name, module in modules.items() if module not in {None, "__main__"}}

    def _run(self, source: str, cell: str, count: int) -> dict[str, Any]:
        return {"source": source, "cell": cell, "at": time.time(), "seconds": 0.0, "ok": True, "count": count}

    def _note_frontend(self, run: dict[str, Any]) -> None:
        """Take from the request what the frontend tells: the cell's id, and which cells it has deleted."""
        told: Any = {}
        with contextlib.suppress(AttributeError, LookupError):  # a terminal has no requests
            told = self.shell.get_parent().get("metadata") or {}
        run["cell"] = run["cell"] or str(told.get("cellId") or "")
        self.deleted |= {str(cell): run["at"] for cell in told.get("deletedCells") or ()}
        self.deleted.pop(run["cell"], None)


def _answer(told: dict[str, Any]) -> Answer:
    if "problem" in told:
        return sentence(told["problem"], told["cure"])
    return Answer(**{name: told[name] for name in ("text", "html", "passed", "points", "max_points")})


def _colab_page() -> dict[str, Any] | None:
    """Return the notebook as it is on the screen, where Colab's own module is there to ask for it."""
    try:
        message = sys.modules["google.colab"]._message
        page = message.blocking_request("get_ipynb", request="", timeout_sec=5)
    except Exception:  # a private interface of somebody else: without it the cells that ran are graded
        return None
    page = page.get("ipynb") if isinstance(page, dict) else None
    return page if isinstance(page, dict) else None
