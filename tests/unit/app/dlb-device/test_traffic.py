#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""Events through the socket: a device is brought up by its registers and moves events.

usage: test_traffic.py DLB-DEVICE
"""
import mmap
import os
import re
import struct
import sys
import tempfile
import unittest

from driver import (ARM, ATOMIC, BAT_T, COMP, DIRECTED, ENTRY, FWD, NEW, NOOP, ORDERED, UNORDERED,
                    Driver, Port, hcw)
from vfio_user import (CONFIG, DMA_READ, DMA_UNMAP, DMA_WRITE, FUNC, PAGE, REGION_WRITE, REPLY,
                       Server, eventfd_is_silent, eventfd_value, memory, wait_for)

PROGRAM = None
BASE = 0x100000000  # the device's address of the guest's memory
BYTES = 64 * PAGE
RING = 0x4000  # room for one consumer queue


class Guest:
    """A client with memory: given to the server as a file, or written by messages."""

    def __init__(self, server, version, device=0, file=True):
        self.client = server.connect(device)
        self.client.set_irqs(0, 2, self.make_events())
        if file:
            self.fd = memory(BYTES)
            self.memory = mmap.mmap(self.fd, BYTES)
            self.client.dma_map(BASE, BYTES, self.fd)
        else:
            self.fd = None
            self.memory = bytearray(BYTES)
            self.client.dma_map(BASE, BYTES)
        self.driver = Driver(self.client, version, self.memory, BASE)
        self.driver.start_device()
        self.driver.create_domain()

    def make_events(self):
        self.events = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(2)]
        return self.events

    def take_messages(self):
        """Put what came by message where it belongs."""
        assert self.client.is_alive()
        for address, data in self.client.dma_writes:
            at = address - BASE
            self.memory[at:at + len(data)] = data
        self.client.dma_writes.clear()

    def two_stages(self):
        """Port 0 feeds queue 1 of any type; port 1 forwards to directed queue 2 and its port."""
        driver = self.driver
        driver.create_ldb_queue(1)
        driver.create_dir_queue(2)
        producer = driver.create_ldb_port(0, BASE)
        worker = driver.create_ldb_port(1, BASE + RING)
        consumer = driver.create_dir_port(2, BASE + 2 * RING)
        driver.link(worker, 1)
        driver.start((1,), (2,))
        return producer, worker, consumer

    def close(self):
        self.client.close()
        for fd in self.events + ([self.fd] if self.fd is not None else []):
            os.close(fd)


class Both:
    """Everything on 2.0 and on 2.5."""

    def setUp(self):
        self.server = Server(PROGRAM, self.version, *self.more)
        self.guest = Guest(self.server, self.version)
        self.driver, self.client = self.guest.driver, self.guest.client

    more = ()

    def tearDown(self):
        self.guest.close()
        code, said = self.server.finish()
        self.assertEqual(code, 0, said)
        self.assertNotIn("Sanitizer", said)

    def move(self, sched, nb=100):
        """Events from producer to consumer by way of a worker; the wrap of the rings included."""
        producer, worker, consumer = self.guest.two_stages()
        received = []
        for first in range(0, nb, 4):
            sent = [hcw(NEW, 1, sched, data=i, lock=i % 3, opaque=i ^ 0x55) for i in
                    range(first, first + 4)]
            self.driver.put(producer, *sent)
            at_worker = self.driver.get_all(worker)
            self.assertEqual(sorted(qe[:3] for qe in at_worker),
                             [(i, i ^ 0x55, 1) for i in range(first, first + 4)])
            self.driver.put(worker, *(hcw(FWD, 2, DIRECTED, qe[0] + 1000, lock=0xABCD)
                                      for qe in at_worker))
            self.driver.put(worker, hcw(BAT_T, lock=len(at_worker) - 1))
            at_consumer = self.driver.get_all(consumer)
            self.driver.put(consumer, hcw(BAT_T, lock=len(at_consumer) - 1))
            received += at_consumer
        self.assertEqual([qe[0] for qe in received], [i + 1000 for i in range(nb)])
        self.assertEqual({(qe[2], qe[3], qe[4]) for qe in received}, {(0xCD, 0xAB, 1)})
        self.settled()

    def settled(self):
        for name in ("LSP_CQ_LDB_TKN_CNT", "LSP_CQ_LDB_INFL_CNT"):
            self.assertEqual(self.driver.read(name, 1), 0)
        self.assertEqual(self.driver.read("LSP_QID_LDB_INFL_CNT", 1), 0)
        name = "CHP_CFG_VAS_CRD" if self.version == "2.5" else "CHP_CFG_LDB_VAS_CRD"
        self.assertEqual(self.driver.read(name), 1024)

    def test_atomic(self):
        self.move(ATOMIC)

    def test_unordered(self):
        self.move(UNORDERED)

    def test_ordered(self):
        self.move(ORDERED)

    def test_store_shapes(self):
        """However a line is cut, and in whichever window, the same commands come out."""
        producer, worker, _ = self.guest.two_stages()
        line = [hcw(NEW, 1, UNORDERED, data=i) for i in range(4)]

        def same_address(page):  # four 16-byte stores
            for one in line:
                self.client.post(FUNC, page, one[:8])
                self.client.post(FUNC, page + 8, one[8:])

        def sixteen(page):
            for one in line:
                self.client.post(FUNC, page, one)

        def whole(page):
            self.client.post(FUNC, page, b"".join(line))

        def words(page):
            data = b"".join(line)
            for i in range(0, 64, 4):
                self.client.post(FUNC, page + i, data[i:i + 4])

        def multi(page):
            data = b"".join(line)
            self.client.post_multi([(FUNC, page + i, data[i:i + 8]) for i in range(0, 64, 8)])

        def after_half_a_command(page):
            self.client.post(FUNC, page, line[3][:8])
            self.client.post(FUNC, page + 24, line[3][8:])
            whole(page)

        def elsewhere_in_the_page(page):
            self.client.post(FUNC, page + 0xFC0, b"".join(line))

        for store in (same_address, sixteen, whole, words, multi, after_half_a_command,
                      elsewhere_in_the_page):
            for window in ("maskable", "driver"):
                store(self.driver.page(producer, window))
                got = [qe[0] for qe in self.driver.get_all(worker)]
                self.assertEqual(got, [0, 1, 2, 3], (store.__name__, window))
                self.driver.put(worker, *(hcw(COMP) for _ in got))
                self.driver.put(worker, hcw(BAT_T, lock=3))
        self.settled()

    def test_ports_in_turns(self):
        """Pieces of several ports' commands arrive in each other's midst."""
        producer, worker, consumer = self.guest.two_stages()
        mine, theirs = hcw(NEW, 1, UNORDERED, data=7), hcw(NEW, 2, DIRECTED, data=8)
        self.client.post(FUNC, self.driver.page(producer), mine[:8])
        self.client.post(FUNC, self.driver.page(consumer), theirs[:8])
        self.client.post(FUNC, self.driver.page(producer) + 8, mine[8:])
        self.client.post(FUNC, self.driver.page(consumer) + 8, theirs[8:])
        self.assertEqual([qe[0] for qe in self.driver.get_all(worker)], [7])
        self.assertEqual([qe[0] for qe in self.driver.get_all(consumer)], [8])

    def test_reset_in_mid_command(self):
        """Half a command of before the reset is not completed by what comes after it."""
        self.client.post(FUNC, self.driver.page(Port("LDB", 0, 0)), hcw(NEW, 1, UNORDERED)[:8])
        self.driver.start_device()
        self.driver.create_domain()
        producer, worker, _ = self.guest.two_stages()
        self.client.post(FUNC, self.driver.page(producer) + 8, hcw(NEW, 1, UNORDERED)[8:])
        self.assertEqual(self.driver.get_all(worker), [])

    def test_posted_events_arrive_unasked(self):
        """Nothing is read: the writes alone make the device work."""
        producer, worker, _ = self.guest.two_stages()
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=42))
        wait_for(lambda: self.guest.memory[worker.address - BASE + 15] & 1)
        self.assertEqual(self.driver.get(worker)[0], 42)

    def test_ports_that_are_not(self):
        """The writes with which drivers time producer ports, and ports beyond the last."""
        probe = hcw(0x3, lock=1)
        for window in (0x02000000, 0x02100000, 0x02200000, 0x02300000):
            for port in (*range(0, 96, 5), 96, 127, 255):
                self.client.post(FUNC, window + PAGE * port, probe + NOOP * 3)
        self.assertTrue(self.client.is_alive())
        self.move(ATOMIC, 20)

    def test_memory_by_message(self):
        self.guest.close()
        self.guest = Guest(self.server, self.version, file=False)
        self.driver, self.client = self.guest.driver, self.guest.client
        producer, worker, _ = self.guest.two_stages()
        for first in range(0, 40, 4):
            self.driver.put(producer, *(hcw(NEW, 1, ORDERED, data=first + i) for i in range(4)))
            self.driver.fence(producer)
            self.guest.take_messages()
            self.assertEqual([qe[0] for qe in iter(lambda: self.driver.get(worker), None)],
                             list(range(first, first + 4)))
            self.driver.put(worker, *(hcw(COMP) for _ in range(4)))
            self.driver.put(worker, hcw(BAT_T, lock=3))
        self.settled()

    def test_memory_that_the_client_refuses(self):
        self.guest.close()
        self.guest = Guest(self.server, self.version, file=False)
        self.driver, self.client = self.guest.driver, self.guest.client
        producer, _, _ = self.guest.two_stages()
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        ident, command, _, _, payload = self.client.receive()
        self.assertEqual((command, struct.unpack("<QQ", payload[:16])),
                         (DMA_WRITE, (BASE + RING, 16)))
        self.client.answer_request(ident, payload, errno=14)
        self.assertTrue(self.client.is_alive())

    def test_memory_that_is_not_mapped(self):
        """A late write could hit what is mapped there next: the client is asked, once at a time."""
        producer, _, _ = self.guest.two_stages()
        self.client.dma_unmap(BASE, BYTES)
        self.driver.put(producer, *(hcw(NEW, 1, UNORDERED) for _ in range(4)))
        ident, command, _, _, payload = self.client.receive()
        self.assertEqual((command, struct.unpack("<QQ", payload)), (DMA_READ, (BASE + RING, 16)))
        self.driver.put(producer, *(hcw(NEW, 1, UNORDERED) for _ in range(4)))
        self.assertTrue(self.client.is_alive())
        self.assertEqual(self.client.dma_reads, [])
        self.client.refuse_read(ident, payload)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.driver.fence(producer)
        self.assertEqual(self.client.dma_reads, [(BASE + RING, 16), (BASE + RING + 8 * ENTRY, 16)])
        self.assertEqual(self.client.dma_writes, [])

    def test_replies_that_were_not_asked_for(self):
        producer, _, _ = self.guest.two_stages()
        for ready in (False, True):
            if ready:
                self.client.dma_unmap(BASE, BYTES)
                self.driver.put(producer, hcw(NEW, 1, UNORDERED))
                ident, _, _, _, payload = self.client.receive()
                self.client.refuse_read(ident, payload)
                self.assertTrue(self.client.is_alive())
            self.client.send(DMA_READ, bytes(32), flags=REPLY)
            self.assertTrue(self.client.is_gone())
            self.guest.close()
            self.guest = Guest(self.server, self.version)
            self.driver, self.client = self.guest.driver, self.guest.client
            producer, _, _ = self.guest.two_stages()

    def test_unmap_while_running(self):
        """What is written before goes to the old memory, what comes later does not."""
        producer, worker, _ = self.guest.two_stages()
        self.client.begin_batch()
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=1))
        ident = self.client.send(DMA_UNMAP, struct.pack("<IIQQ", 24, 0, BASE, BYTES))
        self.client.end_batch()
        self.client.reply_to(ident)
        self.assertEqual(self.driver.get(worker)[0], 1)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=2))
        self.driver.fence(producer)
        self.assertEqual(self.client.dma_writes, [])
        self.assertEqual(self.client.dma_reads, [(worker.address + ENTRY, 16)])
        other = memory(BYTES)
        self.client.dma_map(BASE, BYTES, other)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=3))
        self.driver.fence(producer)
        self.assertIsNone(self.driver.get(worker))
        self.assertEqual(os.pread(other, 1, RING + 2 * ENTRY), b"\x03")
        os.close(other)

    def test_ring_in_two_regions(self):
        self.client.dma_unmap(BASE, BYTES)
        ring = memory(2 * PAGE)
        split = mmap.mmap(ring, 2 * PAGE)
        for i in range(2):
            self.client.dma_map(BASE + i * PAGE, PAGE, ring, i * PAGE)
        self.driver.memory = split
        self.driver.create_ldb_queue(1)
        port = self.driver.create_ldb_port(1, BASE + PAGE - 4 * ENTRY)
        self.driver.link(port, 1)
        self.driver.start((1,))
        for i in range(0, 16, 4):
            self.driver.put(port, *(hcw(NEW, 1, UNORDERED, data=i + k) for k in range(4)))
        self.assertEqual([qe[0] for qe in self.driver.get_all(port)], list(range(16)))
        split.close()
        os.close(ring)

    def test_memory_that_may_not_be_written(self):
        self.client.dma_unmap(BASE, BYTES)
        self.client.dma_map(BASE, BYTES, self.guest.fd, flags=1)
        producer, worker, _ = self.guest.two_stages()
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=1))
        self.driver.fence(producer)
        self.assertIsNone(self.driver.get(worker))

    def test_no_memory_access_unless_bus_master(self):
        producer, worker, _ = self.guest.two_stages()
        self.client.write(CONFIG, 4, b"\x02\x00")
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=1))
        self.driver.fence(producer)
        self.assertIsNone(self.driver.get(worker))
        self.client.write(CONFIG, 4, b"\x06\x00")
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=2))
        self.driver.fence(producer)
        at = worker.address - BASE + ENTRY
        self.assertEqual(self.guest.memory[at:at + 8], struct.pack("<Q", 2))

    def test_memory_that_shrinks(self):
        """The file behind the memory is cut off: the server must not die of it."""
        producer, worker, _ = self.guest.two_stages()
        self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=1))
        self.assertEqual([qe[0] for qe in self.driver.get_all(worker)], [1])
        os.ftruncate(self.guest.fd, 0)
        for _ in range(3):
            self.driver.put(producer, hcw(NEW, 1, UNORDERED, data=1))
            self.driver.fence(producer)
        self.guest.close()
        self.guest = Guest(self.server, self.version)
        self.driver, self.client = self.guest.driver, self.guest.client
        self.move(ATOMIC, 20)

    def test_interrupt(self):
        producer, worker, _ = self.guest.two_stages()
        event = self.guest.events[1]
        self.driver.enable_interrupt(worker)
        self.driver.put(worker, hcw(ARM))
        self.driver.fence(worker)
        self.assertTrue(eventfd_is_silent(event))
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.assertEqual(eventfd_value(event), 1)
        self.assertEqual(self.driver.read("SYS_LDB_CQ_31_0_OCC_INT_STS"), 2)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.driver.fence(producer)
        self.assertTrue(eventfd_is_silent(event), "one interrupt for one arming")

    def test_interrupt_while_detached_comes_later(self):
        producer, worker, _ = self.guest.two_stages()
        event = self.guest.events[1]
        self.driver.enable_interrupt(worker)
        self.client.set_irqs(1, 1)
        self.driver.write("CHP_LDB_CQ_INTR_ARMED0", 0, 2)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.driver.fence(producer)
        self.assertTrue(eventfd_is_silent(event))
        self.client.set_irqs(1, 1, (event,))
        self.assertEqual(eventfd_value(event), 1)

    def test_interrupt_survives_flr(self):
        """A guest restores the vectors itself; the client sees no reason to attach anew."""
        self.driver.start_device()
        self.driver.create_domain()
        self.test_interrupt()

    def test_interrupt_follows_memory_messages(self):
        self.guest.close()
        self.guest = Guest(self.server, self.version, file=False)
        self.driver, self.client = self.guest.driver, self.guest.client
        producer, worker, _ = self.guest.two_stages()
        self.driver.enable_interrupt(worker)
        self.driver.put(worker, hcw(ARM))
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        ident, command, _, _, payload = self.client.receive()
        self.assertEqual(command, 12)
        self.assertTrue(eventfd_is_silent(self.guest.events[1]))
        self.client.answer_request(ident, payload)
        self.assertEqual(eventfd_value(self.guest.events[1]), 1)

    def test_interrupt_is_gone_with_a_reset(self):
        """It waits for a write to memory, and the function is reset meanwhile."""
        self.guest.close()
        self.guest = Guest(self.server, self.version, file=False)
        self.driver, self.client = self.guest.driver, self.guest.client
        producer, worker, _ = self.guest.two_stages()
        self.driver.enable_interrupt(worker)
        self.driver.put(worker, hcw(ARM))
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        ident, _, _, _, payload = self.client.receive()
        control = self.client.send(REGION_WRITE, struct.pack("<QIIH", 0x74, CONFIG, 2, 0xA910))
        self.client.answer_request(ident, payload)
        self.client.reply_to(control)
        self.assertTrue(self.client.is_alive())
        self.assertTrue(eventfd_is_silent(self.guest.events[1]))

    def test_mask_of_the_client(self):
        """Its own mask holds, whatever it writes elsewhere, and the pending bit can be polled."""
        producer, worker, _ = self.guest.two_stages()
        self.driver.enable_interrupt(worker)
        self.driver.write("MSIX_VECTOR_CTRL", 1, 1)
        self.client.write(CONFIG, 0x3C, b"\x0b")
        self.driver.put(worker, hcw(ARM))
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.driver.fence(producer)
        self.assertTrue(eventfd_is_silent(self.guest.events[1]))
        self.assertEqual(self.client.read(FUNC, 0x1001000, 8), b"\x02" + bytes(7))
        self.driver.write("MSIX_VECTOR_CTRL", 1, 0)
        self.assertEqual(eventfd_value(self.guest.events[1]), 1)
        self.assertEqual(self.client.read(FUNC, 0x1001000, 8), bytes(8))

    def test_event_descriptor_that_is_full(self):
        """Writing it would block for ever."""
        full = os.eventfd(0)
        os.eventfd_write(full, 0xFFFFFFFFFFFFFFFE)
        self.client.set_irqs(1, 1, (full,))
        producer, worker, _ = self.guest.two_stages()
        self.driver.enable_interrupt(worker)
        self.driver.put(worker, hcw(ARM))
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.assertTrue(self.client.is_alive())
        os.close(full)

    def test_alarm(self):
        self.driver.write("SYS_INGRESS_ALARM_ENBL", value=0x3F)
        producer, _, _ = self.guest.two_stages()
        self.driver.put(producer, hcw(NEW, 77, UNORDERED))
        self.assertEqual(eventfd_value(self.guest.events[0]), 1)
        self.assertEqual(self.driver.read("SYS_ALARM_PF_SYND0") >> 31, 1)

    def test_watchdog_needs_no_message(self):
        """Time alone makes it bite, while the client does nothing."""
        producer, worker, _ = self.guest.two_stages()
        self.driver.write("CHP_CFG_LDB_WD_THRESHOLD", value=0)
        self.driver.write("CHP_LDB_CQ_WD_ENB", worker.number, 1)
        self.driver.write("CHP_CFG_LDB_WD_DISABLE0", value=0xFFFFFFFF)
        self.driver.write("CHP_CFG_LDB_WD_ENB_INTERVAL", ENB=1, SAMPLE_INTERVAL=0xFFFF)
        self.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.driver.fence(producer)
        self.assertEqual(eventfd_value(self.guest.events[0]), 1)
        self.assertEqual(self.driver.read("CHP_CFG_LDB_WDTO_0"), 1 << worker.number)

    def test_next_client_finds_a_working_device(self):
        for _ in range(3):
            self.guest.two_stages()
            self.driver.put(self.driver.create_ldb_port(3, BASE + 3 * RING),
                            *(hcw(NEW, 1, ATOMIC, data=i) for i in range(4)))
            self.guest.close()  # in the midst of it
            self.guest = Guest(self.server, self.version)
            self.driver, self.client = self.guest.driver, self.guest.client
        self.move(ATOMIC, 20)


class Dlb20(Both, unittest.TestCase):
    version = "2.0"


class Dlb25(Both, unittest.TestCase):
    version = "2.5"


class TwoDevices(unittest.TestCase):
    def test_traffic_on_both(self):
        server = Server(PROGRAM, "2.0", "2.5")
        guests = [Guest(server, version, i) for i, version in enumerate(("2.0", "2.5"))]
        ports = [guest.two_stages() for guest in guests]
        for turn in range(0, 64, 4):
            for n, (guest, (producer, _, _)) in enumerate(zip(guests, ports)):
                guest.driver.put(producer, *(hcw(NEW, 1, ORDERED, data=n << 32 | turn + i)
                                             for i in range(4)))
            for n, (guest, (_, worker, _)) in enumerate(zip(guests, ports)):
                got = [qe[0] for qe in guest.driver.get_all(worker)]
                self.assertEqual(got, [n << 32 | turn + i for i in range(4)])
                guest.driver.put(worker, *(hcw(COMP) for _ in got))
                guest.driver.put(worker, hcw(BAT_T, lock=3))
        for guest in guests:
            guest.close()
        self.assertEqual(server.finish()[0], 0)


class Refused(unittest.TestCase):
    def test_reasons_are_told(self):
        server = Server(PROGRAM, "2.5")
        guest = Guest(server, "2.5")
        producer, _, consumer = guest.two_stages()
        for port, commands in ((producer, [hcw(NEW, 1, UNORDERED), hcw(NEW, 77, UNORDERED)]),
                               (producer, [hcw(0xE), hcw(COMP)]),
                               (consumer, [hcw(COMP)]),
                               (consumer, [hcw(BAT_T, lock=2)])):
            guest.driver.put(port, *commands)
            guest.driver.flush()
        guest.client.post(FUNC, 0x02100000 + 9 * PAGE, hcw(ARM))
        self.assertTrue(guest.client.is_alive())
        guest.close()
        code, said = server.finish()
        self.assertEqual(code, 0)
        self.assertEqual([line.split(": ", 2)[2] for line in said.splitlines()],
                         ["LDB(0): 1 refused, there is no such queue",
                          "LDB(0): 1 refused, no command, or not of such a port",
                          "LDB(0): 1 refused, nothing is left to complete",
                          "DIR(2): 1 refused, no command, or not of such a port",
                          "DIR(2): 1 refused, so many tokens are not out",
                          "LDB(9): 1 refused, the port is not enabled"])


class Trace(unittest.TestCase):
    def test_lines(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "trace")
            server = Server(PROGRAM, "2.5", "2.0", args=("--trace", path))
            guest = Guest(server, "2.0", device=1)
            producer, worker, _ = guest.two_stages()
            guest.driver.enable_interrupt(worker)
            guest.driver.put(worker, hcw(ARM))
            guest.driver.put(producer, hcw(NEW, 1, ORDERED, data=0x1234, lock=5, opaque=6, prio=3))
            guest.driver.put(worker, hcw(COMP), hcw(BAT_T, lock=2), hcw(0xE))
            guest.driver.flush()
            guest.client.read(0, 0x02FFFFFC, 4)
            guest.client.reset()
            # It is complete up to the message before, for those who look while it is written.
            with open(path, encoding="ascii") as trace:
                lines = trace.read().splitlines()
            guest.close()
            self.assertEqual(server.finish()[0], 0)
        texts = []
        for line in lines:
            match = re.fullmatch(r"(\d+\.\d{6}) 1 ([RWrwPIDS!]) (.*)", line)
            self.assertTrue(match, line)
            texts.append(match[2] + " " + match[3])
        self.assertEqual(texts[0], "S client connected")
        for text in (
                "D map 0x100000000 0x40000 read write file",
                "r 0x074 2 = 0x2910",
                "w 0x074 2 = 0xa910",
                "W CM_CFG_PM_PMCSR_DISABLE = 0x00000000 (DISABLE=0)",
                "W LSP_CQ_LDB_DSBL(1) = 0x00000000 (DISABLED=0)",
                "W SYS_LDB_CQ_ADDR_U(1) = 0x00000001 (ADDR_U=1)",
                "W CHP_ORD_QID_SN_MAP(1) = 0x00000008 (MODE=0 SLOT=1 GRP=0)",
                "R SYS_TOTAL_VAS = 0x00000020 (TOTAL_VAS=32)",
                "R FUNC+0x02fffffc = 0x00000000",
                "P LDB(1) ARM",
                "P LDB(0) NEW qid=1 type=ORDERED prio=3 lock=0x0005 opaque=0x0006 "
                "data=0x0000000000001234",
                "I vector 1",
                "P LDB(1) COMP",
                "P LDB(1) BAT_T tokens=3",
                "P LDB(1) ILLEGAL cmd=0xe"):
            self.assertIn(text, texts)
        self.assertFalse([text for text in texts if "NOOP" in text])


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
