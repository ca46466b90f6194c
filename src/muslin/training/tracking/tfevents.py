"""TensorBoard's event files, written without TensorBoard.

A file is a row of records: length (uint64), masked CRC-32C of the length (uint32), the record,
masked CRC-32C of the record (uint32), all little-endian. A record is a protobuf `Event`: wall_time
= 1 (double), step = 2 (int64), file_version = 3 (string), summary = 5; a `Summary` repeats value =
1 of tag = 1 (string) and simple_value = 2 (float).
Sources: tensorboard/summary/writer/record_writer.py and compat/proto/{event,summary}.proto;
CRC-32C is RFC 3720, appendix B.4. TensorBoard itself is 50 MB with gRPC and takes a second or more
to import, for what these few lines do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

VERSION = "brain.Event:2"
_POLYNOMIAL = 0x82F63B78  # Castagnoli's, bits reversed
_MASK = 0xA282EAD8  # kept checksums are rotated and shifted, so that records may hold records


def _table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        return value

    return tuple(entry(byte) for byte in range(256))


_TABLE = _table()


def crc32c(content: bytes) -> int:
    """CRC-32C of some bytes."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def record(content: bytes) -> bytes:
    """One record of an event file."""
    length = struct.pack("<Q", len(content))
    return length + _checksum(length) + content + _checksum(content)


def first_event(wall_time: float) -> bytes:
    """The event that every file begins with; seconds since 1970."""
    return _double(1, wall_time) + _chunk(3, VERSION.encode())


def scalars_event(wall_time: float, step: int, scalars: Mapping[str, float]) -> bytes:
    """An event of one step's numbers by name."""
    values = (_chunk(1, _chunk(1, name.encode()) + _float(2, v)) for name, v in scalars.items())
    return _double(1, wall_time) + _key(2, 0) + _varint(step) + _chunk(5, b"".join(values))


class EventFile:
    """A run's one event file; opened again, it goes on after its last whole record."""

    def __init__(self, folder: Path, wall_time: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "events.out.tfevents.muslin"
        whole, self.last_step = _whole(path.read_bytes() if path.exists() else b"")
        self._file = path.open("ab")
        self._file.truncate(whole)  # a kill may have cut the last record
        if whole == 0:
            self._append(first_event(wall_time))

    def write(self, wall_time: float, step: int, scalars: Mapping[str, float]) -> None:
        """Add a step's numbers, at once visible to a reader."""
        self._append(scalars_event(wall_time, step, scalars))
        self.last_step = step

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _append(self, event: bytes) -> None:
        self._file.write(record(event))
        self._file.flush()


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every whole record of a file with the place where it ends; stops at the first broken one."""
    place = 0
    while place + 12 <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + 16 + length
        found = content[place + 12 : end - 4]
        if end > len(content) or content[place:end] != record(found):
            return
        yield end, found
        place = end


def _whole(content: bytes) -> tuple[int, int]:
    """Where the last whole record ends, and the last step that was written; 0 for none."""
    whole = step = 0
    for end, event in records(content):
        whole = end
        # wall_time fills bytes 0 to 8; a scalar event has its step next
        step = _read_varint(event, 10) if event[9] == _key(2, 0)[0] else step
    return whole, step


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; the high bit says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _read_varint(content: bytes, place: int) -> int:
    value = shift = 0
    while content[place] & 0x80:
        value |= (content[place] & 0x7F) << shift
        place, shift = place + 1, shift + 7
    return value | content[place] << shift


def _double(field: int, value: float) -> bytes:
    return _key(field, 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _key(field, 5) + struct.pack("<f", value)


def _chunk(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _varint(len(content)) + content


def _checksum(content: bytes) -> bytes:
    crc = crc32c(content)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF)
