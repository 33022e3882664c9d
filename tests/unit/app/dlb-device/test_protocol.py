#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""vfio-user messages by raw sockets: each one right, malformed, too late, twice.

usage: test_protocol.py DLB-DEVICE
"""
import errno
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import time
import unittest

from vfio_user import (CONFIG, CSR, DMA_MAP, DMA_UNMAP, DMA_WRITE, FUNC, GET_INFO, GET_IRQ_INFO,
                       GET_REGION_INFO, MSIX, NO_REPLY, PAGE, PATIENCE, REGION_READ, REGION_WRITE,
                       REPLY, RESET, SET_IRQS, VERSION, WRITE_MULTI, Client, Refused, Server,
                       eventfd_is_silent, memory)

PROGRAM = None
# Registers that keep what is written, at the same place in 2.0 and 2.5.
ALARMS = 0x10000300  # SYS_INGRESS_ALARM_ENBL, 6 bits
PASSTHRU = 0x10000404  # SYS_MSIX_PASSTHRU, 2 bits
MODE = PASSTHRU + 4  # SYS_MSIX_MODE, 2 bits
POWER = 0xB4000018  # CM_CFG_PM_PMCSR_DISABLE of 2.0


class ServerCase(unittest.TestCase):
    versions = ("2.0",)

    def setUp(self):
        self.server = Server(PROGRAM, *self.versions)
        self.client = self.server.connect()

    def tearDown(self):
        self.client.close()
        code, said = self.server.finish()
        self.assertEqual(code, 0, said)
        self.assertNotIn("Sanitizer", said)

    def refuses(self, code, function, *args, **kwargs):
        with self.assertRaises(Refused) as refusal:
            function(*args, **kwargs)
        self.assertEqual(errno.errorcode[refusal.exception.errno], errno.errorcode[code])

    def again(self):
        """Another client after the present one."""
        self.client.close()
        self.client = self.server.connect()
        return self.client


class Negotiation(ServerCase):
    def fresh(self):
        self.client.close()
        self.client = Client(self.server.paths[0], negotiate=False)
        return self.client

    def test_version_reply(self):
        version, text = self.fresh().negotiate()
        self.assertEqual(version, (0, 0))
        self.assertEqual(text[-1], 0)
        can = json.loads(text[:-1])["capabilities"]
        self.assertEqual(can["max_msg_fds"], 16)
        self.assertEqual(can["max_data_xfer_size"], 4096)
        self.assertIs(can["write_multiple"], True)

    def test_version_without_text(self):
        self.assertEqual(self.fresh().call(VERSION, struct.pack("<HH", 0, 9))[:4], bytes(4))
        self.assertTrue(self.client.is_alive())

    def test_other_major_is_refused_and_ends(self):
        client = self.fresh()
        self.refuses(errno.EINVAL, client.call, VERSION, struct.pack("<HH", 1, 0))
        self.assertTrue(client.is_gone())

    def test_text_without_end_is_refused(self):
        client = self.fresh()
        self.refuses(errno.EINVAL, client.call, VERSION, struct.pack("<HH", 0, 0) + b"{}")
        self.assertTrue(client.is_gone())

    def test_short_version_is_refused(self):
        self.refuses(errno.EINVAL, self.fresh().call, VERSION, b"\0\0")

    def test_nothing_works_before(self):
        for command, payload in ((GET_INFO, struct.pack("<IIII", 16, 0, 0, 0)), (RESET, b""),
                                 (REGION_READ, struct.pack("<QII", 0, CONFIG, 4))):
            client = self.fresh()
            self.refuses(errno.EINVAL, client.call, command, payload)
            self.assertTrue(client.is_gone())

    def test_second_version_is_refused(self):
        self.refuses(errno.EINVAL, self.client.negotiate)
        self.assertTrue(self.client.is_alive())


class Framing(ServerCase):
    def test_size_below_header_ends(self):
        for size in (0, 15):
            self.again().send(RESET, size=size)
            self.assertTrue(self.client.is_gone())

    def test_size_beyond_limit_ends(self):
        for size in (16385, 0x7FFFFFFF, 0xFFFFFFFF):
            self.again().send(RESET, size=size)
            self.assertTrue(self.client.is_gone())

    def test_unknown_type_ends(self):
        self.client.send(RESET, flags=2)
        self.assertTrue(self.client.is_gone())

    def test_stray_reply_ends(self):
        for command in (DMA_WRITE, RESET):
            self.again().send(command, bytes(16), flags=REPLY)
            self.assertTrue(self.client.is_gone())

    def test_unknown_command(self):
        for command in (0, 6, 11, 12, 14, 16, 255, 65535):
            self.refuses(errno.EOPNOTSUPP, self.client.call, command, bytes(64))
        self.assertTrue(self.client.is_alive())

    def test_byte_by_byte(self):
        message = struct.pack("<HHIIIIIII", 77, GET_INFO, 32, 0, 0, 16, 0, 0, 0)
        for i in range(len(message)):
            self.client.send_raw(message[i:i + 1])
        self.assertEqual(len(self.client.reply_to(77)), 16)

    def test_many_in_one(self):
        message = struct.pack("<HHIIIIIII", 5, GET_INFO, 32, 0, 0, 16, 0, 0, 0)
        self.client.send_raw(message * 1000)
        for _ in range(1000):
            self.assertEqual(len(self.client.reply_to(5)), 16)

    def test_no_reply_is_heeded(self):
        self.client.send(RESET, flags=NO_REPLY)
        self.client.send(GET_INFO, b"", flags=NO_REPLY)  # malformed, even
        self.assertTrue(self.client.is_alive())

    def test_killed_in_mid_message(self):
        for part in (struct.pack("<HH", 1, RESET),
                     struct.pack("<HHIII", 1, REGION_WRITE, 4000, 0, 0),
                     struct.pack("<HHIIIQII", 1, REGION_WRITE, 40, 0, 0, 0x1000, CSR, 8)):
            self.client.send_raw(part)
            self.assertTrue(self.again().is_alive())

    def test_answers_that_nobody_takes(self):
        """A client that sends without receiving is made to wait, not served from memory."""
        message = struct.pack("<HHIIIQII", 5, REGION_READ, 32, 0, 0, 0, CONFIG, 4096)
        sent = refusals = 0
        self.client.sock.setblocking(False)
        while refusals < 10:  # in a row, with the server at rest
            try:
                sent += self.client.sock.send(message * 100)
                refusals = 0
            except BlockingIOError:
                time.sleep(0.005)
                refusals += self.server.is_waiting()
        self.assertLess(sent, 1 << 20)
        self.client.sock.settimeout(PATIENCE)
        if sent % len(message) != 0:
            self.client.send_raw(message[sent % len(message):])
            sent += len(message) - sent % len(message)
        for _ in range(sent // len(message)):
            self.assertEqual(len(self.client.reply_to(5)), 16 + 4096)

    def test_half_closed_client_gets_its_answer(self):
        ident = self.client.send(GET_INFO, struct.pack("<IIII", 16, 0, 0, 0))
        self.client.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(len(self.client.reply_to(ident)), 16)
        self.assertTrue(self.client.is_gone())


class Lengths(ServerCase):
    RIGHT = {
        DMA_MAP: struct.pack("<IIQQQ", 32, 3, 0, PAGE, PAGE),
        DMA_UNMAP: struct.pack("<IIQQ", 24, 0, PAGE, PAGE),
        GET_INFO: struct.pack("<IIII", 16, 0, 0, 0),
        GET_REGION_INFO: struct.pack("<IIIIQQ", 32, 0, 0, 0, 0, 0),
        GET_IRQ_INFO: struct.pack("<IIII", 16, 0, 2, 0),
        SET_IRQS: struct.pack("<IIIII", 20, 0x21, 2, 0, 0),
        REGION_READ: struct.pack("<QII", 0, CONFIG, 4),
        REGION_WRITE: struct.pack("<QII", 4, CONFIG, 2) + b"\0\0",
        RESET: b"",
    }

    def test_right_ones_work(self):
        for command, payload in self.RIGHT.items():
            self.client.call(command, payload)

    def test_short(self):
        for command, payload in self.RIGHT.items():
            for left in {0, 4, len(payload) - 1} & set(range(len(payload))):
                self.refuses(errno.EINVAL, self.client.call, command, payload[:left])

    def test_long(self):
        for command, payload in self.RIGHT.items():
            for more in (1, 8, 5000):
                self.refuses(errno.EINVAL, self.client.call, command, payload + bytes(more))

    def test_argsz(self):
        for command in (DMA_MAP, DMA_UNMAP, GET_INFO, GET_REGION_INFO, GET_IRQ_INFO, SET_IRQS):
            payload = self.RIGHT[command]
            for argsz in (0, len(payload) - 1):
                self.refuses(errno.EINVAL, self.client.call, command,
                             struct.pack("<I", argsz) + payload[4:])

    def test_fd_for_nothing(self):
        fd = memory(PAGE)
        before = self.server.nb_fds()
        for command, payload in self.RIGHT.items():
            self.refuses(errno.EINVAL, self.client.call, command, payload, (fd, fd))
        self.assertEqual(self.server.nb_fds(), before)
        os.close(fd)

    def test_too_many_fds_end(self):
        fd = memory(PAGE)
        before = self.server.nb_fds()
        self.client.send(SET_IRQS, struct.pack("<IIIII", 20, 0x24, 2, 0, 17), (fd,) * 17)
        self.assertTrue(self.client.is_gone())
        self.assertTrue(self.again().is_alive())
        self.assertEqual(self.server.nb_fds(), before)
        os.close(fd)

    def test_fds_of_half_a_message_are_closed(self):
        fd = memory(PAGE)
        before = self.server.nb_fds()
        for _ in range(20):
            self.client.send_raw(struct.pack("<HHIII", 1, DMA_MAP, 48, 0, 0), (fd,))
            self.again()
        self.assertTrue(self.client.is_alive())
        self.assertEqual(self.server.nb_fds(), before)
        os.close(fd)

    def test_fds_go_to_their_message(self):
        """Messages with and without descriptors sent faster than they are read."""
        fd = memory(4 * PAGE)
        idents = []
        for i in range(32):
            payload = struct.pack("<IIQQQ", 32, 3, 0, (i + 1) << 20, PAGE)
            idents.append(self.client.send(DMA_MAP, payload, (fd,) if i % 3 == 1 else ()))
        for ident in idents:
            self.assertEqual(self.client.reply_to(ident), b"")
        self.assertEqual(self.server.nb_mappings("memfd:guest"), 11)
        os.close(fd)


class Information(ServerCase):
    def test_device(self):
        reply = self.client.call(GET_INFO, struct.pack("<IIII", 100, 0, 0, 0))
        self.assertEqual(struct.unpack("<IIII", reply), (16, 3, 9, 5))

    def test_regions(self):
        sizes = {FUNC: 64 << 20, CSR: 4 << 30, CONFIG: 4096}
        for index in range(9):
            reply = self.client.call(GET_REGION_INFO, struct.pack("<IIIIQQ", 32, 0, index, 0, 0, 0))
            argsz, flags, got, cap, size, offset = struct.unpack("<IIIIQQ", reply)
            self.assertEqual((argsz, got, cap, offset), (32, index, 0, 0))
            self.assertEqual(size, sizes.get(index, 0))
            self.assertEqual(flags, 3 if size else 0)
        for index in (9, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.call, GET_REGION_INFO,
                         struct.pack("<IIIIQQ", 32, 0, index, 0, 0, 0))

    def test_interrupts(self):
        for index in range(5):
            reply = self.client.call(GET_IRQ_INFO, struct.pack("<IIII", 16, 0, index, 0))
            vectors = 65 if index == MSIX else 0
            self.assertEqual(struct.unpack("<IIII", reply), (16, vectors > 0, index, vectors))
        for index in (5, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.call, GET_IRQ_INFO,
                         struct.pack("<IIII", 16, 0, index, 0))


class Regions(ServerCase):
    versions = ("2.5",)

    def test_identity(self):
        config = self.client.read(CONFIG, 0, 4096)
        self.assertEqual(len(config), 4096)
        self.assertEqual(config[0:4], struct.pack("<HH", 0x8086, 0x2714))
        self.assertEqual(config[9:12], b"\x00\x40\x0b")
        self.assertEqual(self.client.read(CONFIG, 2, 2), b"\x14\x27")
        self.assertEqual(self.client.read(CONFIG, 3, 1), b"\x27")

    def test_odd_accesses_read_the_same_bytes(self):
        whole = self.client.read(CONFIG, 0x60, 64)
        for start in range(0, 9):
            for count in range(1, 12):
                self.assertEqual(self.client.read(CONFIG, 0x60 + start, count),
                                 whole[start:start + count])
        whole = self.client.read(CSR, 0xA4000000, 32)
        for start in range(0, 9):
            for count in range(1, 12):
                self.assertEqual(self.client.read(CSR, 0xA4000000 + start, count),
                                 whole[start:start + count])

    def test_bounds(self):
        ends = {FUNC: 64 << 20, CSR: 4 << 30, CONFIG: 4096}
        for region, end in ends.items():
            self.assertEqual(len(self.client.read(region, end - 8, 8)), 8)
            self.client.write(region, end - 8, bytes(8))
            for offset, count in ((end - 4, 8), (end, 4), (end + 4, 4), (1 << 63, 4),
                                  ((1 << 64) - 1, 1), ((1 << 64) - 4, 8), (0, 0), (0, 4097)):
                self.refuses(errno.EINVAL, self.client.read, region, offset, count)
                if count <= 4096:
                    self.refuses(errno.EINVAL, self.client.write, region, offset, bytes(count))
            self.refuses(errno.EINVAL, self.client.call, REGION_READ,
                         struct.pack("<QII", 0, region, 0xFFFFFFFF))

    def test_regions_that_are_not(self):
        for region in (1, 3, 4, 5, 6, 8, 9, 255, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.read, region, 0, 4)
            self.refuses(errno.EINVAL, self.client.write, region, 0, bytes(4))

    def test_count_that_is_not_the_length(self):
        for count in (3, 5, 0, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.call, REGION_WRITE,
                         struct.pack("<QII", 0, CSR, count) + bytes(4))

    def test_narrow_register_writes_are_ignored(self):
        offset = ALARMS
        self.client.write(CSR, offset, struct.pack("<I", 0x3F))
        self.client.write(CSR, offset, b"\0")
        self.client.write(CSR, offset + 2, b"\0\0")
        self.assertEqual(self.client.read(CSR, offset, 4), struct.pack("<I", 0x3F))

    def test_eight_bytes_are_two_registers(self):
        self.client.post(CSR, PASSTHRU, struct.pack("<II", 2, 1))
        self.assertEqual(self.client.read(CSR, PASSTHRU, 8), struct.pack("<II", 2, 1))

    def test_write_multi(self):
        self.client.post_multi([(CSR, PASSTHRU, struct.pack("<I", 3)),
                                (CSR, MODE, struct.pack("<I", 1))])
        self.assertEqual(self.client.read(CSR, PASSTHRU, 8), struct.pack("<II", 3, 1))

    def test_write_multi_malformed(self):
        one = struct.pack("<QII8s", ALARMS, CSR, 4, struct.pack("<I", 0x3F))
        for payload in (b"", bytes(7), struct.pack("<Q", 2) + one, struct.pack("<Q", 0) + one,
                        struct.pack("<Q", 1 << 61) + one, struct.pack("<Q", 0xFFFFFFFFFFFFFFFF)):
            self.client.send(WRITE_MULTI, payload)  # even without the flag it has no reply
        self.assertEqual(self.client.read(CSR, ALARMS, 4), bytes(4))
        bad = struct.pack("<QII8s", 0, CSR, 9, bytes(8)) + struct.pack("<QII8s", 0, 9, 4, bytes(8))
        self.client.send(WRITE_MULTI, struct.pack("<Q", 3) + bad + one)
        self.assertEqual(self.client.read(CSR, ALARMS, 4), struct.pack("<I", 0x3F))

    def test_reset_and_flr(self):
        offset = ALARMS

        def by_config():
            control = struct.unpack("<H", self.client.read(CONFIG, 0x74, 2))[0]
            self.client.write(CONFIG, 0x74, struct.pack("<H", control | 0x8000))

        for reset in (self.client.reset, by_config):
            self.client.write(CSR, offset, struct.pack("<I", 0x3F))
            reset()
            self.assertEqual(self.client.read(CSR, offset, 4), bytes(4))


class Memory(ServerCase):
    def setUp(self):
        super().setUp()
        self.fd = memory(16 * PAGE)

    def tearDown(self):
        os.close(self.fd)
        super().tearDown()

    def test_map_and_unmap(self):
        self.client.dma_map(0x100000, 8 * PAGE, self.fd, PAGE)
        self.assertEqual(self.server.nb_mappings("memfd:guest"), 1)
        self.assertEqual(self.client.dma_unmap(0x100000, 8 * PAGE), 8 * PAGE)
        self.assertEqual(self.server.nb_mappings("memfd:guest"), 0)

    def test_overlap_is_refused(self):
        self.client.dma_map(0x100000, 4 * PAGE, self.fd)
        for address, pages in ((0x100000, 4), (0x100000, 1), (0xFF000, 2), (0x103000, 8),
                               (0xFF000, 16), (0x101000, 1)):
            self.refuses(errno.EEXIST, self.client.dma_map, address, pages * PAGE, self.fd)
        self.client.dma_map(0xFF000, PAGE, self.fd)
        self.client.dma_map(0x104000, PAGE, self.fd)

    def test_ranges_that_are_not(self):
        last = (1 << 64) - PAGE
        for address, size in ((0, 0), (1, PAGE), (0, 1), (0, PAGE + 1), (last, PAGE),
                              (last, 2 * PAGE), (PAGE, last), (PAGE, 1 << 63 | 1)):
            self.refuses(errno.EINVAL, self.client.dma_map, address, size)
        self.client.dma_map(last - PAGE, PAGE)
        self.assertEqual(self.client.dma_unmap(last - PAGE, PAGE), PAGE)

    def test_flags_that_are_not(self):
        for flags in (4, 0x80000003):
            self.refuses(errno.EINVAL, self.client.dma_map, PAGE, PAGE, self.fd, flags=flags)
        self.refuses(errno.EINVAL, self.client.dma_unmap, PAGE, PAGE, 1)
        self.refuses(errno.EINVAL, self.client.dma_unmap, PAGE, PAGE, 2)

    def test_beyond_the_file(self):
        for offset, pages in ((0, 17), (16 * PAGE, 1), (15 * PAGE, 2), ((1 << 64) - PAGE, 1)):
            self.refuses(errno.EINVAL, self.client.dma_map, PAGE, pages * PAGE, self.fd, offset)
        self.refuses(errno.EINVAL, self.client.dma_map, PAGE, PAGE, self.fd, 1)

    def test_files_that_are_not(self):
        ends = os.pipe()
        for fd in (ends[0], self.client.sock.fileno(), os.open("/dev/zero", os.O_RDWR)):
            self.refuses(errno.EINVAL, self.client.dma_map, PAGE, PAGE, fd)
        with open(PROGRAM, "rb") as program:  # may be read only
            self.refuses(errno.EACCES, self.client.dma_map, PAGE, PAGE, program.fileno())
            self.client.dma_map(PAGE, PAGE, program.fileno(), flags=1)

    def test_unmap_ranges(self):
        for i in range(4):
            self.client.dma_map(0x100000 + 2 * i * PAGE, PAGE, self.fd)
        self.refuses(errno.EINVAL, self.client.dma_unmap, 0x100000, 0)
        self.refuses(errno.EINVAL, self.client.dma_unmap, 0x100001, PAGE)
        self.refuses(errno.EINVAL, self.client.dma_unmap, 2 * PAGE, (1 << 64) - PAGE)
        self.assertEqual(self.client.dma_unmap(0x200000, (1 << 64) - 0x200000), 0)
        self.assertEqual(self.client.dma_unmap(0x101000, 2 * PAGE), PAGE)
        self.assertEqual(self.client.dma_unmap(0, 1 << 63), 3 * PAGE)
        self.client.dma_map(0, 4 * PAGE, self.fd)
        self.refuses(errno.EINVAL, self.client.dma_unmap, 0, PAGE)
        self.refuses(errno.EINVAL, self.client.dma_unmap, 3 * PAGE, 4 * PAGE)
        self.assertEqual(self.client.dma_unmap(0, 0, 2), 4 * PAGE)
        self.assertEqual(self.server.nb_mappings("memfd:guest"), 0)

    def test_table_is_limited(self):
        head = struct.pack("<HHIIIIIQ", 0, DMA_MAP, 48, NO_REPLY, 0, 32, 3, 0)
        maps = [head + struct.pack("<QQ", 2 * i * PAGE, PAGE) for i in range(32768)]
        for i in range(0, len(maps), 1024):
            self.client.send_raw(b"".join(maps[i:i + 1024]))
        self.refuses(errno.ENOSPC, self.client.dma_map, PAGE, PAGE)
        self.assertEqual(self.client.dma_unmap(0, 1 << 62), 32768 * PAGE)


class Interrupts(ServerCase):
    def setUp(self):
        super().setUp()
        self.fds = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(16)]

    def tearDown(self):
        for fd in self.fds:
            os.close(fd)
        super().tearDown()

    def test_attach_and_detach(self):
        before = self.server.nb_fds()
        self.client.set_irqs(0, 16, self.fds)
        self.client.set_irqs(49, 16, self.fds)
        self.assertEqual(self.server.nb_fds(), before + 32)
        self.client.set_irqs(0, 16, self.fds)
        self.assertEqual(self.server.nb_fds(), before + 32)
        self.client.set_irqs(8, 8)
        self.assertEqual(self.server.nb_fds(), before + 24)
        self.client.set_irqs(0, 0, flags=0x21)
        self.assertEqual(self.server.nb_fds(), before)
        self.assertTrue(all(map(eventfd_is_silent, self.fds)))

    def test_vectors_that_are_not(self):
        for start, count in ((65, 1), (64, 2), (0, 66), (0xFFFFFFFF, 1), (1, 0xFFFFFFFF)):
            self.refuses(errno.EINVAL, self.client.set_irqs, start, count)
        for index in (0, 1, 3, 4, 5, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.set_irqs, 0, 1, self.fds[:1], index=index)

    def test_count_that_is_not_the_number_of_fds(self):
        before = self.server.nb_fds()
        for count in (0, 1, 3):
            self.refuses(errno.EINVAL, self.client.set_irqs, 0, count, self.fds[:2])
        self.refuses(errno.EINVAL, self.client.set_irqs, 0, 0, self.fds[:1], 0x21)
        self.assertEqual(self.server.nb_fds(), before)

    def test_flags_that_are_not(self):
        for flags in (0, 1, 4, 0x20, 0x22, 0x25, 0x28, 0x14, 0xC, 0xFFFFFFFF):
            self.refuses(errno.EINVAL, self.client.set_irqs, 0, 1, self.fds[:1], flags)
        self.refuses(errno.EINVAL, self.client.set_irqs, 0, 1, (), 0x21)

    def test_descriptors_that_are_not(self):
        ends = os.pipe()
        for fd in (*ends, memory(PAGE), self.client.sock.fileno()):
            self.refuses(errno.EINVAL, self.client.set_irqs, 0, 1, (fd,))

    def test_disabling_what_there_is_none_of(self):
        for index in range(5):
            self.client.set_irqs(0, 0, flags=0x21, index=index)


class Clients(ServerCase):
    versions = ("2.0", "2.5", "2.5")

    def test_sequential_clients_find_nothing(self):
        fd, event = memory(PAGE), os.eventfd(0)
        before = self.server.nb_fds()
        for _ in range(50):
            self.client.dma_map(PAGE, PAGE, fd)
            self.client.set_irqs(0, 1, (event,))
            self.client.write(CSR, ALARMS, struct.pack("<I", 0x3F))
            self.client.write(CSR, POWER, bytes(4))
            self.client.write(CONFIG, 4, b"\x06")
            self.client.write(CONFIG, 0x108, b"\xff\xff\xff\xff")
            self.again()
            self.assertEqual(self.client.read(CSR, ALARMS, 4), bytes(4))
            self.assertEqual(self.client.read(CSR, POWER, 4), b"\1\0\0\0")
            self.assertEqual(self.client.read(CONFIG, 0x108, 4), bytes(4))
            self.assertEqual(self.client.read(CONFIG, 4, 2), b"\0\0")
            self.assertEqual(self.server.nb_fds(), before)
            self.assertEqual(self.server.nb_mappings("memfd:guest"), 0)

    def test_second_client_waits_for_the_first(self):
        second = Client(self.server.paths[0], negotiate=False)
        ident = second.send(VERSION, struct.pack("<HH", 0, 0))
        self.assertTrue(self.client.is_alive())
        self.client.close()
        self.assertTrue(second.reply_to(ident))
        self.client = second

    def test_devices_share_nothing(self):
        others = [self.server.connect(1), self.server.connect(2)]
        ids = [client.read(CONFIG, 2, 2) for client in (self.client, *others)]
        self.assertEqual(ids, [b"\x10\x27", b"\x14\x27", b"\x14\x27"])
        others[0].write(CSR, ALARMS, struct.pack("<I", 0x3F))
        self.assertEqual(others[1].read(CSR, ALARMS, 4), bytes(4))
        others[0].close()
        self.assertTrue(others[1].is_alive())
        others[1].close()

    def test_stalled_clients_block_nobody(self):
        half = self.server.connect(1)
        half.send_raw(struct.pack("<HHIII", 1, REGION_WRITE, 4000, 0, 0))
        silent = Client(self.server.paths[2], negotiate=False)
        for _ in range(100):
            self.assertTrue(self.client.is_alive())
        half.close()
        silent.close()
        for device in (1, 2):
            other = self.server.connect(device)
            self.assertTrue(other.is_alive())
            other.close()

    def test_idle_server_sleeps(self):
        before = self.server.cpu_seconds()
        context_switches = self.switches()
        with self.assertRaises(TimeoutError):
            self.client.sock.settimeout(1)
            self.client.sock.recv(1)
        self.assertLessEqual(self.server.cpu_seconds() - before, 0.02)
        self.assertLessEqual(self.switches() - context_switches, 2)

    def switches(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return sum(int(line.split()[1]) for line in status if line.startswith("voluntary"))


class Process(unittest.TestCase):
    def start(self, *args):
        return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=60,
                              check=False)

    def test_help(self):
        result = self.start("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--socket PATH", result.stdout)

    def test_socket_is_private(self):
        server = Server(PROGRAM, "2.0")
        mode = os.stat(server.paths[0]).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(os.listdir(server.folder), ["dlb0.sock"])
        server.finish()

    def test_signals_end_it_tidily(self):
        for number in (2, 15):
            server = Server(PROGRAM, "2.0", "2.5")
            client = server.connect()
            server.process.send_signal(number)
            self.assertTrue(client.is_gone())
            client.close()
            self.assertEqual(server.process.wait(60), 0)
            self.assertEqual(os.listdir(server.folder), [])
            server.finish()

    def test_stale_socket_is_replaced(self):
        dead = Server(PROGRAM, "2.0")
        dead.process.kill()
        dead.process.wait()
        self.assertTrue(os.path.exists(dead.paths[0]))
        server = Server(PROGRAM, "2.0", folder=dead.folder)
        client = server.connect()
        self.assertTrue(client.is_alive())
        client.close()
        self.assertEqual(server.finish()[0], 0)
        dead.finish()

    def test_living_server_is_left_alone(self):
        server = Server(PROGRAM, "2.0")
        client = server.connect()
        result = self.start("--socket", server.paths[0])
        self.assertEqual(result.returncode, 1)
        self.assertIn("another server", result.stderr)
        self.assertTrue(client.is_alive())
        client.close()
        client = server.connect()
        self.assertTrue(client.is_alive())
        client.close()
        self.assertEqual(server.finish()[0], 0)

    def test_other_files_are_left_alone(self):
        server = Server(PROGRAM, "2.0")
        path = os.path.join(server.folder, "precious")
        with open(path, "w", encoding="ascii") as precious:
            precious.write("data")
        result = self.start("--socket", path)
        self.assertEqual(result.returncode, 1)
        self.assertIn("no socket", result.stderr)
        self.assertEqual(os.path.getsize(path), 4)
        server.finish()

    def test_paths_that_cannot_be(self):
        for path in ("/nonexistent/s", "/" + "x" * 200):
            result = self.start("--socket", path)
            self.assertEqual(result.returncode, 1)
            self.assertIn(path, result.stderr)
        result = self.start("--socket", "s", "--trace", "/nonexistent/t")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nonexistent/t", result.stderr)

    def test_wrong_options(self):
        for args in ((), ("--socket",), ("--socket", ""), ("--sockets", "x"), ("x",),
                     ("--device", "2.0"), ("--socket", "x", "--device", "2.1"),
                     ("--socket", "x", "--socket=x"), ("--socket", "x", "--trace="),
                     ("--socket", "x", "--faults=1")):
            result = self.start(*args)
            self.assertEqual(result.returncode, 2, args)
            self.assertIn("--help", result.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
