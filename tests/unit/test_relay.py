"""What a kernel sends is counted before ZeroMQ keeps it."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path

import pytest

from grader.sandbox.relay import MAX_PARTS, SOCKETS, FloodError, Frames, Meter, Relay

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01NULL".ljust(54, b"\0")


def frame(body: bytes, *, more: bool = False) -> bytes:
    if len(body) < 256:
        return bytes([more, len(body)]) + body
    return bytes([more | 2]) + struct.pack(">Q", len(body)) + body


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 1 << 20])
def test_frames_are_followed_however_they_are_cut(size: int) -> None:
    message = b"".join(frame(bytes(length), more=True) for length in (0, 1, 255, 256, 5000)) + frame(b"")
    stream = GREETING + (MAX_PARTS if size >= 1000 else 2) * message  # the parts of one message count, not of all
    frames = Frames()
    for start in range(0, len(stream), size):
        frames.feed(stream[start : start + size])


@pytest.mark.parametrize("size", [1, 5, 1 << 16])
def test_a_message_has_so_many_parts(size: int) -> None:
    frames = Frames()
    allowed = GREETING + MAX_PARTS * frame(b"x", more=True)
    for start in range(0, len(allowed), size):
        frames.feed(allowed[start : start + size])
    with pytest.raises(FloodError, match="too many parts"):
        frames.feed(frame(b"x", more=True))


@pytest.mark.parametrize("greeting", [b"\x01\x00" + bytes(62), b"\xff" + bytes(8) + b"\x7f\x01" + bytes(53), bytes(64)])
def test_an_older_protocol_is_not_spoken(greeting: bytes) -> None:
    with pytest.raises(FloodError, match="ZMTP"):
        Frames().feed(greeting)


def test_bytes_are_counted_over_all_connections() -> None:
    meter = Meter(10)
    meter.take(6)
    meter.take(4)
    with pytest.raises(FloodError, match="more than it may"):
        meter.take(1)


class Kernel:
    """Something that listens where a kernel would, and says one thing to whoever comes."""

    def __init__(self, folder: Path, says: bytes) -> None:
        folder.mkdir()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(f"{folder / SOCKETS}-1")
        self.listener.listen()
        self.heard = b""
        self.thread = threading.Thread(target=self._serve, args=(says,))
        self.thread.start()

    def _serve(self, says: bytes) -> None:
        end, _ = self.listener.accept()
        with end:
            try:
                end.sendall(says)
                self.heard = end.recv(100)
            except OSError:
                pass
        self.listener.close()


def spoken(tmp_path: Path, says: bytes, limit: int) -> tuple[bytes, bytes, int]:
    """Return what the client heard, what the kernel heard, and how often the alarm was raised."""
    alarms: list[int] = []
    kernel = Kernel(tmp_path / "far", says)
    with Relay(tmp_path / "near", tmp_path / "far", limit, lambda: alarms.append(1)):
        assert (tmp_path / "near").stat().st_mode & 0o777 == 0o700
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(f"{tmp_path / 'near' / SOCKETS}-1")
            heard = b""
            while len(heard) < len(says) and (part := client.recv(1 << 16)):
                heard += part
            if not alarms:
                client.sendall(b"thanks")
                kernel.thread.join(10)
        kernel.thread.join(10)
    assert not (tmp_path / "near").exists()
    return heard, kernel.heard, len(alarms)


def test_both_hear_each_other(tmp_path: Path) -> None:
    says = GREETING + frame(bytes(100_000))
    assert spoken(tmp_path, says, 1 << 20) == (says, b"thanks", 0)


def test_what_is_too_much_is_not_passed_on(tmp_path: Path) -> None:
    heard, _, alarms = spoken(tmp_path, GREETING + frame(bytes(4 << 20)), 1 << 20)
    assert alarms == 1
    assert len(heard) <= 1 << 20


def test_a_kernel_that_is_not_there_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    before = threading.active_count()
    with Relay(tmp_path / "near", tmp_path / "far", 100, lambda: None), socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{tmp_path / 'near' / SOCKETS}-2")
        assert client.recv(10) == b""
    assert threading.active_count() == before
