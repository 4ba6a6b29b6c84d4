"""A Jupyter kernel in this process: cells come from nbclient over IPC sockets, calls over the worker's own pipe."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

# Not importable from here on: setting up a debugger that nobody asks for costs 0.3 s.
sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]

from ipykernel.kernelapp import IPKernelApp  # noqa: E402
from IPython.utils.text import SList  # noqa: E402
from tornado.ioloop import IOLoop  # noqa: E402

from grader.worker import script  # noqa: E402

if TYPE_CHECKING:
    from grader.worker.serve import Channel, Session


class _App(IPKernelApp):
    """A kernel that reads neither a command line nor anybody's configuration files."""

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read nothing: making the parser takes 15 ms."""

    def load_config_file(self, *_: object, **__: object) -> None:
        """Read nothing: a student's notebook runs the same everywhere."""


def run_kernel(channel: Channel, session: Session) -> None:
    """Run the kernel's event loop until the other side closes the pipe; answers requests in the kernel's namespace."""
    from grader.worker.serve import answer  # noqa: PLC0415 - the two modules need each other

    app = _App.instance(connection_file=session.connection_file, log_level=50, capture_fd_output=False)
    app.config.InteractiveShell.xmode = "Plain"
    app.config.HistoryManager.enabled = False
    app.config.HistoryManager.hist_file = ":memory:"
    app.config.InlineBackend.figure_formats = {"png"}
    app.config.InlineBackend.print_figure_kwargs = {"bbox_inches": None}  # "tight" draws a figure twice
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # as in any notebook; elsewhere it is Agg
    app.initialize([])
    app.shell.system = app.shell.system_raw = _unheard
    app.shell.getoutput = _unanswered
    if "matplotlib.pyplot" in sys.modules:
        app.shell.enable_matplotlib("inline")
    namespace = app.shell.user_ns
    namespace[script.CELLS] = session.namespace[script.CELLS]
    session.namespace = namespace

    def on_request(fd: int, _: int) -> None:
        try:
            answer(channel, session)
        except EOFError:
            IOLoop.current().remove_handler(fd)
            os._exit(0)

    IOLoop.current().add_handler(channel.receive_fd, on_request, IOLoop.READ)
    app.start()


def _unheard(command: str) -> None:
    """Stand in for the shell, which the sandbox does not have: `!pip install torch` must not cost the rest of a cell."""
    print(f"(not run here: {command})")  # noqa: T201 - it is the cell's output


def _unanswered(command: str, *_: object, **__: object) -> SList:
    """Stand in for a shell command whose output is asked for: `files = !ls`."""
    _unheard(command)
    return SList()
