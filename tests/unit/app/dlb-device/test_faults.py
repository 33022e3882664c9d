#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""Faults that who runs the server gives its devices: what is read, what is ignored, and until when.

usage: test_faults.py DLB-DEVICE
"""
import os
import struct
import sys
import time
import unittest

from driver import NEW, UNORDERED, hcw
from registers import Registers
from test_traffic import Guest
from vfio_user import CONFIG, Server, eventfd_is_silent, wait_for

PROGRAM = None


class Faults(unittest.TestCase):
    def setUp(self):
        self.server = Server(PROGRAM, "2.5", "2.0", args=("--faults",))
        self.client = self.server.connect()
        self.registers = Registers("2.5")

    def tearDown(self):
        self.client.close()
        code, said = self.server.finish()
        self.assertEqual(code, 0, said)
        self.assertNotIn("Sanitizer", said)

    def tell(self, line):
        self.assertEqual(self.server.tell(line), "ok", line)

    def read(self, name, index=0):
        return struct.unpack("<I", self.client.read(*self.registers.at(name, index), 4))[0]

    def write(self, name, value, index=0):
        self.client.write(*self.registers.at(name, index), struct.pack("<I", value))

    # --- wrong --------------------------------------------------------------------------------

    def test_read_has_a_value_until_mended(self):
        self.tell("0 read SYS_TOTAL_VAS 0x1234")
        self.assertEqual([self.read("SYS_TOTAL_VAS") for _ in range(3)], [0x1234] * 3)
        self.tell("0 mend")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0x20)

    def test_mask_leaves_the_other_bits(self):
        self.tell("0 read SYS_TOTAL_VAS 0x3/0xf")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0x23)

    def test_one_element_or_all(self):
        self.tell("0 read LSP_CQ_LDB_DSBL(3) 0x77")
        self.assertEqual([self.read("LSP_CQ_LDB_DSBL", i) for i in (2, 3, 4)], [1, 0x77, 1])
        self.tell("0 read LSP_CQ_LDB_DSBL 0x88")
        self.assertEqual([self.read("LSP_CQ_LDB_DSBL", i) for i in (2, 3, 63)], [0x88] * 3)

    def test_writes_are_ignored(self):
        self.tell("0 write SYS_MSIX_MODE 2x")
        for expected in (0, 0, 1):
            self.write("SYS_MSIX_MODE", 1)
            self.assertEqual(self.read("SYS_MSIX_MODE"), expected)

    def test_number_of_accesses(self):
        self.tell("0 read SYS_TOTAL_VAS 0 2x")
        self.assertEqual(self.read("SYS_INGRESS_ALARM_ENBL"), 0)
        self.assertEqual([self.read("SYS_TOTAL_VAS") for _ in range(3)], [0, 0, 0x20])

    def test_configuration_space(self):
        """Of a word that is wrong the parts are wrong that are read."""
        self.tell("0 read config+0x0 0xabcd0000/0xffff0000")
        self.assertEqual(self.client.read(CONFIG, 0, 4), b"\x86\x80\xcd\xab")
        self.assertEqual(self.client.read(CONFIG, 2, 2), b"\xcd\xab")
        self.assertEqual(self.client.read(CONFIG, 3, 1), b"\xab")
        self.tell("0 write config+0x4")
        self.client.write(CONFIG, 4, b"\x06\x00")
        self.assertEqual(self.client.read(CONFIG, 4, 2), bytes(2))

    def test_everything_is_ones(self):
        self.tell("0 read config 0xffffffff")
        self.assertEqual(self.client.read(CONFIG, 0, 8), b"\xff" * 8)
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0x20)
        self.tell("0 mend")
        self.tell("0 read registers 0xffffffff")
        self.assertEqual(self.client.read(CONFIG, 0, 2), b"\x86\x80")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0xFFFFFFFF)
        self.assertEqual(self.client.read(2, 0xFFFFFC, 4), b"\xff" * 4)

    def test_everything_ignores(self):
        guest = Guest(self.server, "2.0", device=1)
        producer, worker, _ = guest.two_stages()
        self.tell("1 write registers")
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED))
        guest.driver.write("SYS_MSIX_MODE", MODE=0)
        self.assertEqual(guest.driver.get_all(worker), [])
        self.tell("1 mend")
        self.assertEqual(guest.driver.read("SYS_MSIX_MODE"), 1)
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.assertEqual(len(guest.driver.get_all(worker)), 1)
        guest.close()

    def test_later_faults_lie_over_earlier_ones(self):
        self.tell("0 read SYS_TOTAL_VAS 0x1/0xff")
        self.tell("0 read SYS_TOTAL_VAS 0x2/0xf 1x")
        self.assertEqual([self.read("SYS_TOTAL_VAS") for _ in range(2)], [2, 1])

    def test_interrupts_for_no_reason(self):
        """At once when a descriptor comes, and with each access; those of others are not sent."""
        events = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(2)]
        self.tell("0 interrupt 1 4x")
        self.read("SYS_TOTAL_VAS")
        self.client.set_irqs(0, 2, events)
        self.assertEqual(os.eventfd_read(events[1]), 1)
        for _ in range(2):
            self.read("SYS_TOTAL_VAS")
        self.client.write(CONFIG, 4, b"\x06\x00")
        self.assertEqual(os.eventfd_read(events[1]), 3)
        self.read("SYS_TOTAL_VAS")
        self.assertTrue(all(map(eventfd_is_silent, events)))
        for fd in events:
            os.close(fd)

    # --- late ---------------------------------------------------------------------------------

    def test_time_passes(self):
        begin = time.monotonic()
        self.tell("0 read SYS_TOTAL_VAS 0 200ms")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0)
        wait_for(lambda: self.read("SYS_TOTAL_VAS") == 0x20)
        self.assertGreaterEqual(time.monotonic() - begin, 0.2)

    def test_stalled_device_keeps_events(self):
        guest = Guest(self.server, "2.0", device=1)
        producer, worker, _ = guest.two_stages()
        self.tell("1 stall")
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED, data=7))
        self.assertEqual(guest.driver.get_all(worker), [])
        self.assertEqual(guest.driver.read("LSP_QID_LDB_ENQUEUE_CNT", 1), 1)
        self.tell("1 mend")
        self.assertEqual([qe[0] for qe in guest.driver.get_all(worker)], [7])
        guest.close()

    def test_a_reset_ends_a_stall(self):
        guest = Guest(self.server, "2.0", device=1)
        self.tell("1 stall")
        guest.driver.start_device()
        guest.driver.create_domain()
        producer, worker, _ = guest.two_stages()
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.assertEqual(len(guest.driver.get_all(worker)), 1)
        self.tell("1 stall")
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED))
        self.assertEqual(guest.driver.get_all(worker), [])
        guest.close()

    def test_stall_ends_unasked(self):
        guest = Guest(self.server, "2.0", device=1)
        producer, worker, _ = guest.two_stages()
        self.tell("1 stall 100ms")
        guest.driver.put(producer, hcw(NEW, 1, UNORDERED, data=7))
        self.assertEqual(guest.driver.get_all(worker), [])
        wait_for(lambda: guest.driver.get(worker) is not None)
        guest.close()

    # --- bounds -------------------------------------------------------------------------------

    def test_devices_have_their_own(self):
        other = self.server.connect(1)
        self.tell("1 read config+0x0 0")
        self.assertEqual(self.client.read(CONFIG, 0, 2), b"\x86\x80")
        self.assertEqual(other.read(CONFIG, 0, 2), bytes(2))
        other.close()

    def test_the_next_client_finds_none(self):
        self.tell("0 read SYS_TOTAL_VAS 0")
        self.tell("0 stall")
        self.client.close()
        self.client = self.server.connect()
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0x20)

    def test_a_reset_mends_no_register(self):
        self.tell("0 read SYS_TOTAL_VAS 0")
        self.client.reset()
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0)

    def test_at_most_sixteen(self):
        """Those that are over do not count."""
        self.tell("0 read SYS_TOTAL_VAS 0 1x")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0)
        for _ in range(16):
            self.tell("0 read SYS_TOTAL_VAS 0")
        self.assertRegex(self.server.tell("0 write registers"), "^error: at most 16")
        self.tell("0 mend")
        self.tell("0 write registers")

    def test_lines_that_are_wrong(self):
        for line in ("", "mend", "2 mend", "0", "0 ", "0 break", "0 mend now", "0 read",
                     "0 read SYS_TOTAL_VAS", "0 read SYS_TOTAL 0", "0 read SYS_TOTAL_VAS x",
                     "0 read SYS_TOTAL_VAS 0x100000000", "0 read SYS_TOTAL_VAS 1/",
                     "0 read SYS_TOTAL_VAS 2/1", "0 read SYS_TOTAL_VAS -1",
                     "0 read SYS_TOTAL_VAS 0 5", "0 read SYS_TOTAL_VAS 0 0x",
                     "0 read SYS_TOTAL_VAS 0 5s", "0 read SYS_TOTAL_VAS 0 5x 6x",
                     "0 read SYS_TOTAL_VAS(1) 0", "0 read LSP_CQ_LDB_DSBL(64) 0",
                     "0 read LSP_CQ_LDB_DSBL(1 0", "0 read LSP_CQ_LDB_DSBL() 0",
                     "0 read CHP_CFG_LDB_VAS_CRD 0", "0 read config+0x1000 0",
                     "0 read config+2 0", "0 read config+ 0", "0 read config4 0", "0 write",
                     "0 write registers 0 1x",
                     "0 interrupt", "0 interrupt x", "0 interrupt 65", "0 interrupt 1 5",
                     "0 interrupt 1 5x 6x",
                     "0 stall 5x", "0 stall 5ms 6ms", "0 mend" + " " * 200):
            answer = self.server.tell(line)
            self.assertRegex(answer, "^error: .", line)
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0x20)
        self.assertEqual(self.server.tell("0 mend"), "ok")

    def test_lines_that_come_in_pieces(self):
        self.server.process.stdin.write("0 read SYS_TOT")
        self.server.process.stdin.flush()
        self.assertTrue(self.client.is_alive())
        self.tell("AL_VAS 0x5")
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 5)

    def test_end_of_the_input_ends_nothing(self):
        self.tell("0 read SYS_TOTAL_VAS 0")
        self.server.process.stdin.close()
        self.server.process.stdin = None
        self.assertTrue(self.client.is_alive())
        self.assertEqual(self.read("SYS_TOTAL_VAS"), 0)


class WithoutTheOption(unittest.TestCase):
    def test_nothing_is_read(self):
        server = Server(PROGRAM, "2.5")
        server.process.stdin.write("0 read config 0\n")
        server.process.stdin.flush()
        client = server.connect()
        self.assertEqual(client.read(CONFIG, 0, 2), b"\x86\x80")
        client.close()
        self.assertEqual(server.finish()[0], 0)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
