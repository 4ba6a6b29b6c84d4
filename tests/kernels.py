"""A real kernel, as a frontend drives it: cells with ids, in any order, edited and deleted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

LIMIT_S = 240


@dataclass
class Shown:
    """What one execution put out: its bundle of formats, its streams, its error."""

    bundle: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    error: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """What a terminal would show."""
        return self.bundle.get("text/plain", "")

    @property
    def html(self) -> str:
        """What a notebook shows."""
        return self.bundle.get("text/html", "")


@dataclass
class Frontend:
    """Sends cells as JupyterLab does, with a cell's id and the ids of cells that were deleted."""

    client: BlockingKernelClient
    ids: bool = True
    deleted: list[str] = field(default_factory=list)

    def run(self, source: str, cell: str = "") -> Shown:
        """Execute a cell and return what it put out."""
        started = time.monotonic()
        metadata = {"deletedCells": self.deleted} | ({"cellId": cell} if cell and self.ids else {})
        content = {"code": source, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        self.deleted = []
        shown = Shown()
        while True:
            told = self.client.get_iopub_msg(timeout=LIMIT_S)
            if told["parent_header"].get("msg_id") == message["header"]["msg_id"] and _take(told, shown):
                break
        self.client.get_shell_msg(timeout=LIMIT_S)
        shown.seconds = time.monotonic() - started
        return shown


def _take(told: dict[str, Any], shown: Shown) -> bool:
    """Keep what a message says; True for the last one."""
    content = told["content"]
    match told["msg_type"]:
        case "execute_result" | "display_data":
            shown.bundle = content["data"]
        case "stream":
            shown.printed += content["text"]
        case "error":
            shown.error = "\n".join(content["traceback"])
        case "status":
            return bool(content["execution_state"] == "idle")
    return False


@contextmanager
def kernel(folder: Path, environment: dict[str, str], *, ids: bool = True) -> Iterator[Frontend]:
    """Start a Python kernel in a folder; end it afterwards."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder), env=environment)
    try:
        yield Frontend(client, ids)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        manager.context.destroy(linger=0)
