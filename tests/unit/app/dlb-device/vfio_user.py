# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""A dlb-device process, and a client of the vfio-user protocol that can also misbehave.

Bytes are packed by hand, so that what goes over the wire does not depend on the server's headers.
"""
import array
import os
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time

VERSION, DMA_MAP, DMA_UNMAP, GET_INFO, GET_REGION_INFO = 1, 2, 3, 4, 5
GET_IRQ_INFO, SET_IRQS, REGION_READ, REGION_WRITE = 7, 8, 9, 10
DMA_READ, DMA_WRITE, RESET, WRITE_MULTI = 11, 12, 13, 15
REPLY, NO_REPLY, ERROR = 0x1, 0x10, 0x20
FUNC, CSR, CONFIG = 0, 2, 7
MSIX = 2
PAGE = 4096
# Far beyond what anything here takes, also under a sanitizer on a busy machine.
PATIENCE = 60


class Refused(Exception):
    """An error reply; .errno says which."""

    def __init__(self, errno):
        super().__init__(os.strerror(errno))
        self.errno = errno


class Gone(Exception):
    """The server closed the connection."""


class Server:
    """A running dlb-device with one socket for each of the versions."""

    def __init__(self, program, *versions, folder=None, args=()):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = folder or self.scratch.name
        self.paths = [os.path.join(self.folder, f"dlb{i}.sock") for i in range(len(versions))]
        command = [program, *args]
        for path, version in zip(self.paths, versions):
            command += ["--socket", path, "--device", version]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        for version in versions:
            assert f"DLB {version}" in self.process.stdout.readline(), self.finish()

    def connect(self, device=0):
        return Client(self.paths[device])

    def tell(self, line):
        """Say a line to a server that listens to it; returns its answer."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_waiting(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "S"

    def nb_fds(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def nb_mappings(self, name):
        with open(f"/proc/{self.process.pid}/maps", encoding="ascii") as maps:
            return sum(name in line for line in maps)

    def finish(self, number=signal.SIGTERM):
        """End the server; returns (exit code, what it said on standard error)."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=PATIENCE)
        self.scratch.cleanup()
        return self.process.returncode, said


class Client:
    def __init__(self, path, negotiate=True):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(path)
        self.next_id = 0
        self.dma_writes = []  # (address, bytes) that the server sent us
        self.dma_reads = []  # (address, count) that it asked for, in vain
        self.batch = None  # messages that wait to be sent together
        if negotiate:
            self.negotiate()

    def close(self):
        self.sock.close()

    def send(self, command, payload=b"", fds=(), flags=0, size=None, ident=None):
        """Send a message, or what claims to be one. Returns its id."""
        if ident is None:
            ident, self.next_id = self.next_id, (self.next_id + 1) & 0xFFFF
        size = 16 + len(payload) if size is None else size
        self.send_raw(struct.pack("<HHIII", ident, command, size, flags, 0) + payload, fds)
        return ident

    def begin_batch(self):
        self.batch = b""

    def end_batch(self):
        data, self.batch = self.batch, None
        self.send_raw(data)

    def send_raw(self, data, fds=()):
        if self.batch is not None:
            self.batch += data
            return
        control = []
        if fds:
            control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
        try:
            sent = self.sock.sendmsg([data], control)
            if sent < len(data):
                self.sock.sendall(data[sent:])
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Gone from error

    def receive_raw(self, size):
        data = b""
        while len(data) < size:
            try:
                more = self.sock.recv(size - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise Gone
            data += more
        return data

    def receive(self):
        """The next message: (id, command, flags, errno, payload)."""
        ident, command, size, flags, errno = struct.unpack("<HHIII", self.receive_raw(16))
        return ident, command, flags, errno, self.receive_raw(size - 16)

    def answer_request(self, ident, payload, errno=0):
        address, count = struct.unpack("<QQ", payload[:16])
        self.dma_writes.append((address, payload[16:]))
        assert count == len(payload) - 16
        flags = REPLY | (ERROR if errno else 0)
        self.send_raw(struct.pack("<HHIII", ident, DMA_WRITE, 32, flags, errno) + payload[:16])

    def refuse_read(self, ident, payload):
        self.dma_reads.append(struct.unpack("<QQ", payload))
        self.send_raw(struct.pack("<HHIII", ident, DMA_READ, 32, REPLY | ERROR, 14) + payload)

    def reply_to(self, ident):
        """Wait for the reply to a message; requests of the server are answered on the way."""
        while True:
            got, command, flags, errno, payload = self.receive()
            if flags & 0xF == 0:
                assert command in (DMA_READ, DMA_WRITE), command
                answer = self.refuse_read if command == DMA_READ else self.answer_request
                answer(got, payload)
                continue
            assert got == ident, (got, ident)
            if flags & ERROR:
                raise Refused(errno)
            return payload

    def call(self, command, payload=b"", fds=(), **odd):
        return self.reply_to(self.send(command, payload, fds, **odd))

    # --- well-formed messages ---------------------------------------------------------------

    def negotiate(self):
        reply = self.call(VERSION, struct.pack("<HH", 0, 0) + b'{"capabilities":{}}\0')
        return struct.unpack("<HH", reply[:4]), reply[4:]

    def dma_map(self, address, size, fd=None, offset=0, flags=3):
        payload = struct.pack("<IIQQQ", 32, flags, offset, address, size)
        return self.call(DMA_MAP, payload, () if fd is None else (fd,))

    def dma_unmap(self, address, size, flags=0):
        reply = self.call(DMA_UNMAP, struct.pack("<IIQQ", 24, flags, address, size))
        return struct.unpack("<IIQQ", reply)[3]

    def set_irqs(self, start, count, fds=(), flags=0x24, index=MSIX):
        return self.call(SET_IRQS, struct.pack("<IIIII", 20, flags, index, start, count), fds)

    def read(self, region, offset, count):
        reply = self.call(REGION_READ, struct.pack("<QII", offset, region, count))
        assert reply[:16] == struct.pack("<QII", offset, region, count)
        return reply[16:]

    def write(self, region, offset, data):
        payload = struct.pack("<QII", offset, region, len(data))
        assert self.call(REGION_WRITE, payload + data) == payload

    def post(self, region, offset, data):
        payload = struct.pack("<QII", offset, region, len(data))
        self.send(REGION_WRITE, payload + data, flags=NO_REPLY)

    def post_multi(self, writes):
        """(region, offset, data) each."""
        payload = struct.pack("<Q", len(writes))
        for region, offset, data in writes:
            payload += struct.pack("<QII8s", offset, region, len(data), data)
        self.send(WRITE_MULTI, payload, flags=NO_REPLY)

    def reset(self):
        assert self.call(RESET) == b""

    def is_alive(self):
        """A round trip: all that was sent before has been handled."""
        return len(self.call(GET_INFO, struct.pack("<IIII", 16, 0, 0, 0))) == 16

    def is_gone(self):
        """Wait for the server to close the connection."""
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True


def memory(size):
    """A file of zeroed memory."""
    fd = os.memfd_create("guest")
    os.ftruncate(fd, size)
    return fd


def wait_for(condition):
    """Poll for something that has to come true."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it did not come true"
        time.sleep(0.001)


def eventfd_value(fd):
    """Wait for an event."""
    assert select.select([fd], [], [], PATIENCE)[0], "no event"
    return os.eventfd_read(fd)


def eventfd_is_silent(fd):
    return not select.select([fd], [], [], 0)[0]
