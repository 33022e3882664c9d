#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""Whatever a driver of somebody else's may do works, also where ours does without.

usage: test_procedures.py DLB-DEVICE
"""
import mmap
import os
import struct
import sys
import unittest

from driver import ARM, ATOMIC, BAT_T, COMP, DIRECTED, FWD, NEW, ORDERED, UNORDERED, hcw
from full_driver import (RESET_DIR_PORT, RESET_DIR_QUEUE, RESET_LDB_PORT, RESET_LDB_QUEUE,
                         FullDriver)
from vfio_user import (CONFIG, CSR, FUNC, PAGE, Server, eventfd_is_silent, eventfd_value, memory,
                       wait_for)

PROGRAM = None
BASE = 0x200000000
BYTES = 64 * PAGE
RING = 0x4000
NB_EVENTS = 8
PMCSR = 0xB4
PERF = [f"LSP_LDB_SCHED_PERF_{i}_" for i in range(7)]


class Both:
    refuses = False  # the test has commands that the device refuses, and says so

    def setUp(self):
        self.server = Server(PROGRAM, self.version)
        self.client = self.server.connect()
        self.events = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(NB_EVENTS)]
        self.client.set_irqs(0, NB_EVENTS, self.events)
        self.fd = memory(BYTES)
        self.memory = mmap.mmap(self.fd, BYTES)
        self.client.dma_map(BASE, BYTES, self.fd)
        self.driver = FullDriver(self.client, self.version, self.memory, BASE)

    def tearDown(self):
        self.client.close()
        self.memory.close()
        for fd in [*self.events, self.fd]:
            os.close(fd)
        code, said = self.server.finish()
        self.assertEqual(code, 0, said)
        said = said.splitlines()
        if self.refuses:
            self.assertTrue(any(" refused, " in line for line in said), said)
        self.assertEqual([line for line in said if not (self.refuses and " refused, " in line)], [])

    def read(self, *where):
        return self.driver.read(*where)

    def bring_up(self):
        """Queues 0 to 2, of which 2 is linked to nothing, ports 0 and 1, and a directed pair."""
        driver = self.driver
        driver.start_device()
        driver.create_domain()
        for qid in range(3):
            driver.create_ldb_queue(qid)
        self.last = driver.nb_dir - 1
        driver.create_dir_queue(self.last)
        self.ports = [driver.create_ldb_port(p, BASE + p * RING) for p in range(2)]
        self.consumer = driver.create_dir_port(self.last, BASE + 2 * RING)
        driver.link(self.ports[0], 0, slot=3, prio=2)
        driver.link(self.ports[1], 1, slot=7)
        driver.start((0, 1, 2), (self.last,))

    def tear_down(self):
        self.driver.reset_domain((0, 1, 2), (self.last,), self.ports, [self.consumer], (0, 1))
        for names, index in [(RESET_LDB_PORT, 0), (RESET_LDB_PORT, 1), (RESET_LDB_QUEUE, 0),
                             (RESET_LDB_QUEUE, 2), (RESET_DIR_PORT, self.last),
                             (RESET_DIR_QUEUE, self.last)]:
            for name in filter(self.driver.registers.has, names):
                self.assertEqual(self.read(name, index), self.driver.registers.resets[name], name)

    def send(self, qid, sched, *data, port=None):
        port = port or self.ports[0]
        for i in range(0, len(data), 4):
            self.driver.put(port, *(hcw(NEW, qid, sched, one, lock=one) for one in data[i:i + 4]),
                            window="driver")

    def take(self, port):
        """What has arrived at a port, given back at once."""
        got = self.driver.get_all(port)
        if got and port.kind == "LDB":
            for _ in got:
                self.driver.put(port, hcw(COMP), window="driver")
        if got:
            self.driver.put(port, hcw(BAT_T, lock=len(got) - 1), window="driver")
        return [qe[0] for qe in got]

    # --- the device -----------------------------------------------------------------------------

    def test_every_register_at_reset(self):
        """At once, and again after a reset in the midst of things."""
        registers = self.driver.registers
        for _ in range(2):
            for name, reset in registers.resets.items():
                if not name.startswith(("VF_", "DQED_")) and name != "MSIX_VECTOR_CTRL":
                    self.assertEqual(self.read(name), reset, name)
            self.bring_up()
            self.send(0, ATOMIC, 1, 2, 3)
            self.client.reset()
            self.driver.write("CM_CFG_PM_PMCSR_DISABLE", value=1)

    def test_probing_leaves_no_trace(self):
        self.refuses = True
        self.driver.power_up()
        self.driver.probe_ports(5)
        for name in ("SYS_DLB_SYS_CNT_4", "CHP_CFG_CNTR_CHP_ERR_DROP_L", "SYS_ALARM_PF_SYND0"):
            self.assertEqual(self.read(name), 0)
        self.bring_up()
        self.send(0, UNORDERED, 5)
        self.assertEqual(self.take(self.ports[0]), [5])

    def test_sleep_and_wake(self):
        for _ in range(2):
            self.bring_up()
            self.send(0, UNORDERED, 5)
            self.client.write(CONFIG, PMCSR, b"\x03\x00")
            self.assertEqual(self.client.read(CONFIG, PMCSR, 2), b"\x03\x00")
            self.assertEqual(self.client.read(CSR, 0x10000300, 4), b"\xff" * 4)
            self.client.write(CONFIG, PMCSR, b"\x00\x00")
            self.assertEqual(self.read("SYS_LDB_PP_V", 0), 0)

    def test_access_sizes(self):
        """Two registers in one access; a part of a register can be read, not written."""
        at = self.driver.registers.at("LSP_CFG_SHDW_RANGE_COS", 0)
        self.client.write(*at, struct.pack("<II", 0x11, 0x22))
        self.assertEqual(self.client.read(*at, 16), struct.pack("<IIII", 0x11, 0x22, 0x40, 0x40))
        self.assertEqual(self.client.read(at[0], at[1] + 4, 1), b"\x22")
        self.assertEqual(self.client.read(at[0], at[1] + 2, 4), b"\0\0\x22\0")
        at = self.driver.registers.at("MSIX_VECTOR_CTRL", 3)
        self.client.write(FUNC, at[1] - 12, struct.pack("<IIII", 0xFEE00000, 0, 0x4123, 1))
        self.assertEqual(self.client.read(FUNC, at[1] - 12, 16),
                         struct.pack("<IIII", 0xFEE00000, 0, 0x4123, 1))
        for size in (1, 2, 4, 8, 64):
            self.assertEqual(self.client.read(FUNC, 0x02340000, size), bytes(size))

    def test_tables_of_virtual_devices(self):
        """What a driver writes for those that it makes is kept, and does nothing to its own."""
        self.bring_up()
        nb_dir = self.driver.nb_dir
        for name, index, value in (
                ("SYS_VF_LDB_VPP_V", 3 * 64 + 5, 1), ("SYS_VF_LDB_VPP2PP", 3 * 64 + 5, 0),
                ("SYS_VF_DIR_VPP_V", 15 * nb_dir + 5, 1), ("SYS_VF_DIR_VPP2PP", 3 * nb_dir + 5, 63),
                ("SYS_VF_LDB_VQID_V", 15 * 32 + 31, 1), ("SYS_VF_LDB_VQID2QID", 15 * 32 + 31, 2),
                ("SYS_VF_DIR_VQID_V", 15 * nb_dir, 1), ("SYS_VF_DIR_VQID2QID", 15 * nb_dir, 63),
                ("SYS_LDB_QID2VQID", 0, 31), ("SYS_LDB_PP2VDEV", 0, 15), ("SYS_DIR_PP2VDEV", 9, 15),
                ("IOSF_FUNC_VF_BAR_DSBL", 15, 1)):
            self.driver.write(name, index, value)
            self.assertEqual(self.read(name, index), value, name)
        self.driver.write("PF_VF_RESET_IN_PROGRESS", 0, 0xFF00)
        self.assertEqual(self.read("PF_VF_RESET_IN_PROGRESS", 9), 0x00FF)
        self.driver.write("PF_VF2PF_FLR_ISR", 0, 0xFFFF)
        self.driver.write("PF_VF2PF_ISR_PEND", 5, 1)
        self.send(0, UNORDERED, 5)
        qe = self.driver.get_all(self.ports[0])[0]
        self.assertEqual((qe[0], qe[2]), (5, 0))
        self.tear_down()

    # --- mappings -------------------------------------------------------------------------------

    def test_map_and_unmap_in_mid_traffic(self):
        """No element is lost, and frozen queues settle."""
        self.bring_up()
        one, other = self.ports
        sent, got = 0, []
        for _ in range(4):
            self.send(0, ATOMIC, *range(sent, sent + 12))
            sent += 12
            self.driver.fence(one)
            while not self.driver.link_running(other, 0, 2, [(one, 3)]):
                got += self.take(one)
            self.send(0, UNORDERED, *range(sent, sent + 12))
            sent += 12
            for _ in range(4):
                got += self.take(one) + self.take(other)
            while not self.driver.unlink_running(other, 0, 2):
                got += self.take(other)
            got += self.take(one)
        self.assertEqual(sorted(got), list(range(sent)))
        self.tear_down()

    def test_domain_reset_in_mid_traffic(self):
        for _ in range(2):
            self.bring_up()
            for i in range(0, 120, 4):
                for qid, sched in ((0, ATOMIC), (0, ORDERED), (1, UNORDERED), (2, ATOMIC),
                                   (self.last, DIRECTED)):
                    self.send(qid, sched, *range(i, i + 4))
            self.driver.put(self.ports[0], hcw(FWD, 1, ORDERED, 7), hcw(COMP), window="driver")
            self.assertEqual(self.driver.depth(2), 120)
            self.tear_down()
            self.assertEqual(self.read("SYS_ALARM_PF_SYND0"), 0)
            self.assertEqual(self.read("CHP_CFG_CNTR_CHP_ERR_DROP_L"), 0)

    def test_stop_and_start(self):
        self.refuses = True
        self.bring_up()
        self.send(0, UNORDERED, 1)
        self.driver.write("SYS_LDB_VASQID_V", 0, 0)
        self.driver.flush()
        self.assertEqual(self.driver.drain(self.ports[0]), 1)
        self.send(0, UNORDERED, 2)
        self.driver.write("SYS_LDB_VASQID_V", 0, 1)
        self.driver.flush()
        self.send(0, UNORDERED, 3)
        self.assertEqual([qe[0] for qe in self.driver.get_all(self.ports[0])], [1, 3])

    # --- interrupts -----------------------------------------------------------------------------

    def test_interrupts_on_one_vector(self):
        self.bring_up()
        for port in (self.ports[1], self.consumer):
            self.driver.enable_interrupt(port)
            self.driver.put(port, hcw(ARM), window="driver")
        self.send(1, UNORDERED, 1)
        self.assertEqual(eventfd_value(self.events[1]), 1)
        self.send(self.last, DIRECTED, 2)  # while the first is being served
        expected = [2, 0, 0, 0, 0]
        expected[2 + self.last // 32] = 1 << 31
        words = len(self.driver.status_words())
        self.assertEqual(self.driver.serve_interrupt(), expected[:words])
        self.assertEqual(self.driver.serve_interrupt(), [0] * words)
        self.assertTrue(eventfd_is_silent(self.events[1]))
        # Armed with something there already, it comes at once.
        armed = f"CHP_DIR_CQ_INTR_ARMED{self.last // 32}"
        self.driver.write(armed, value=1 << 31)
        self.driver.flush()
        self.assertEqual(eventfd_value(self.events[1]), 1)
        self.assertEqual(self.read(armed), 0)

    def test_interrupts_on_a_vector_each(self):
        self.bring_up()
        self.driver.write("SYS_MSIX_MODE", MODE=0)
        for vector, port in ((4, self.ports[0]), (6, self.consumer)):
            self.driver.enable_interrupt(port)
            self.driver.write(f"SYS_{port.kind}_CQ_ISR", port.number, EN_CODE=2, VECTOR=vector - 1)
        for turn in range(3):
            for port in (self.ports[0], self.consumer):
                self.driver.put(port, hcw(ARM), window="driver")
            self.send(0, UNORDERED, turn)
            self.send(self.last, DIRECTED, turn)
            self.assertEqual(eventfd_value(self.events[4]), 1)
            self.assertEqual(eventfd_value(self.events[6]), 1)
            self.assertEqual(self.take(self.ports[0]) + self.take(self.consumer), [turn, turn])
        self.assertTrue(eventfd_is_silent(self.events[1]))

    def test_routing_can_be_switched(self):
        self.bring_up()
        self.driver.enable_interrupt(self.ports[0])
        self.driver.change("SYS_LDB_CQ_ISR", 0, EN_CODE=0)
        self.driver.put(self.ports[0], hcw(ARM), window="driver")
        self.send(0, UNORDERED, 1)
        self.driver.fence(self.ports[0])
        self.assertTrue(eventfd_is_silent(self.events[1]))
        self.driver.change("SYS_LDB_CQ_ISR", 0, EN_CODE=2)
        self.assertEqual(eventfd_value(self.events[1]), 1)

    # --- alarms and watchdogs -------------------------------------------------------------------

    def test_alarms(self):
        self.refuses = True
        self.bring_up()
        self.driver.create_ldb_queue(9)
        one = self.ports[1]
        chp = 1 << 26 | 4 << 22
        for code, sent, synd0 in (
                ("illegal queue", hcw(NEW, 31, UNORDERED, lock=0x1234), 3 << 16 | 1 << 13 | 1),
                ("disabled queue", hcw(NEW, 9, UNORDERED, lock=0x1234), 4 << 16 | 1 << 13 | 1),
                ("illegal command", hcw(0x4, 7, lock=0x1234), 5 << 16 | 1 << 13 | 1),
                ("nothing to complete", hcw(COMP, 7, lock=0x1234), chp | 1 << 16 | 0x81),
                ("too many tokens", hcw(BAT_T, 7, lock=0x1234), chp | 2 << 16 | 0x81)):
            with self.subTest(code):
                self.driver.put(one, sent, sent, window="driver")
                self.assertEqual(eventfd_value(self.events[0]), 1)
                synd, ingress, _ = self.driver.serve_alarm()
                self.assertEqual(synd, 0)
                self.assertEqual(ingress[0], 1 << 31 | 1 << 30 | synd0)
                self.assertEqual(struct.pack("<II", *ingress[1:]), sent[8:])
                # The second was held back by the first: the handler comes once more, in vain.
                self.assertEqual(eventfd_value(self.events[0]), 1)
                self.assertEqual(self.driver.serve_alarm(), (0, None, set()))
                self.assertTrue(eventfd_is_silent(self.events[0]))
        self.assertEqual(self.read("SYS_DLB_SYS_CNT_4"), 6)
        self.assertEqual(self.read("CHP_CFG_CNTR_CHP_ERR_DROP_L"), 4)

    def test_alarm_of_a_directed_port(self):
        self.refuses = True
        self.bring_up()
        self.driver.put(self.consumer, hcw(FWD, 0, UNORDERED), window="driver")
        self.assertEqual(eventfd_value(self.events[0]), 1)
        self.assertEqual(self.driver.serve_alarm()[1][0], 1 << 31 | 5 << 16 | self.last)

    def test_older_token_return(self):
        """A bit that meant something to an earlier generation changes nothing."""
        self.bring_up()
        self.send(0, UNORDERED, 1, 2, 3)
        self.assertEqual(self.read("LSP_CQ_LDB_TKN_CNT", 0), 3)
        self.driver.put(self.ports[0], hcw(0x11, lock=0xFC02), window="driver")
        self.assertEqual(self.read("LSP_CQ_LDB_TKN_CNT", 0), 0)

    def test_watchdogs(self):
        """Two queues that nobody serves are reported once, and watched again."""
        self.bring_up()
        self.driver.start_watchdogs(2, 0xFFFF)
        for port in (self.ports[1], self.consumer):
            self.driver.watch(port)
        self.send(1, UNORDERED, 1)
        self.send(self.last, DIRECTED, 2)
        seen = set()
        for turn in range(2):
            seen.clear()
            while len(seen) < 2:
                eventfd_value(self.events[0])
                synd, ingress, timed_out = self.driver.serve_alarm()
                self.assertIsNone(ingress)
                self.assertIn(synd, (0, 1 << 31 | 1 << 11))
                seen |= timed_out
            self.assertEqual(seen, {("LDB", 1), ("DIR", self.last)}, turn)
        for port in (self.ports[1], self.consumer):
            self.take(port)

    # --- counters -------------------------------------------------------------------------------

    def test_statistics(self):
        self.bring_up()
        self.driver.change("LSP_LDB_SCHED_PERF_CTRL", ENAB=1)
        self.send(0, ATOMIC, 1, 1, 1, 1, 1)
        self.send(1, UNORDERED, *range(20))
        self.send(2, ORDERED, *range(3))
        self.send(self.last, DIRECTED, *range(18))
        count = self.driver.count
        for low, high, index, expected in (
                ("LSP_QID_ATM_TOT_ENQ_CNTL", "LSP_QID_ATM_TOT_ENQ_CNTH", 0, 5),
                ("LSP_QID_NALDB_TOT_ENQ_CNTL", "LSP_QID_NALDB_TOT_ENQ_CNTH", 1, 20),
                ("LSP_QID_DIR_TOT_ENQ_CNTL", "LSP_QID_DIR_TOT_ENQ_CNTH", self.last, 18),
                ("LSP_CQ_LDB_TOT_SCH_CNTL", "LSP_CQ_LDB_TOT_SCH_CNTH", 1, 16),
                ("LSP_CQ_DIR_TOT_SCH_CNTL", "LSP_CQ_DIR_TOT_SCH_CNTH", self.last, 16)):
            self.assertEqual(self.read(low, index), expected, low)
            self.assertEqual(self.read(high, index), 0, high)
        self.assertEqual(count("LSP_LDB_SCH_CNT_L", "LSP_LDB_SCH_CNT_H"), 21)
        self.assertEqual(count("LSP_DIR_SCH_CNT_L", "LSP_DIR_SCH_CNT_H"), 16)
        self.assertEqual(count(PERF[2] + "L", PERF[2] + "H"), 21)
        self.assertGreater(count(PERF[1] + "L", PERF[1] + "H"), 0)
        for name, index, expected in (
                ("LSP_QID_LDB_ENQUEUE_CNT", 1, 4), ("LSP_QID_NALDB_MAX_DEPTH", 2, 3),
                ("LSP_QID_DIR_ENQUEUE_CNT", self.last, 2), ("CHP_LDB_CQ_DEPTH", 1, 16),
                ("CHP_DIR_CQ_DEPTH", self.last, 16), ("LSP_CQ_LDB_INFL_CNT", 1, 16),
                ("LSP_QID_LDB_INFL_CNT", 0, 5), ("LSP_QID_LDB_INFL_LIM", 0, 64),
                ("LSP_QID_ATM_DEPTH_THRSH", 0, 256)):
            self.assertEqual(self.read(name, index), expected, name)
        self.driver.change("LSP_LDB_SCHED_PERF_CTRL", CLR=1)
        self.assertEqual(count(PERF[2] + "L", PERF[2] + "H"), 0)
        self.tear_down()

    def test_clocks(self):
        self.driver.power_up()
        for what in ("CM_PROC_ON_CNT_", "CM_CLK_ON_CNT_"):
            before = self.driver.count(what + "L", what + "H")
            wait_for(lambda w=what, b=before: self.driver.count(w + "L", w + "H") > b + 1000)


class Dlb20(Both, unittest.TestCase):
    version = "2.0"


class Dlb25(Both, unittest.TestCase):
    version = "2.5"

    def test_message_store(self):
        """Interrupts as writes of memory of their own, which no map of the client's is about."""
        self.bring_up()
        self.driver.enable_interrupt(self.ports[0])
        self.driver.write("SYS_LDB_CQ_ISR", 0, EN_CODE=3, VECTOR=159 & 0x3F, VF=159 >> 6)
        self.driver.write("SYS_AI_ADDR_L", 159, 0xFEE01000)
        self.driver.write("SYS_AI_DATA", 159, 0x4041)
        self.driver.put(self.ports[0], hcw(ARM), window="driver")
        self.send(0, UNORDERED, 1)
        self.driver.fence(self.ports[0])
        self.assertEqual(self.client.dma_writes, [(0xFEE01000, struct.pack("<I", 0x4041))])

    def test_weight_and_threshold(self):
        self.bring_up()
        self.driver.write("LSP_CFG_CQ_LDB_WU_LIMIT", 0, V=1, LIMIT=8)
        heavy = bytearray(hcw(NEW, 0, UNORDERED))
        heavy[14] = 2 << 1  # four units
        self.driver.put(self.ports[0], *[bytes(heavy)] * 4, window="driver")
        self.assertEqual(self.read("LSP_CQ_LDB_TKN_CNT", 0), 2)
        self.driver.write("LSP_CQ_LDB_INFL_LIM", 1, 4)
        self.driver.write("LSP_CFG_CTRL_GENERAL_0", ENAB_IF_THRESH=1)
        self.driver.write("LSP_CQ_LDB_INFL_THRESH", 1, 2)
        self.send(1, UNORDERED, *range(8))
        self.assertEqual(self.read("LSP_CQ_LDB_INFL_CNT", 1), 4)
        for expected in (3, 4):  # the second lets it fall to the threshold, and it fills up again
            self.driver.put(self.ports[1], hcw(COMP), window="driver")
            self.assertEqual(self.read("LSP_CQ_LDB_INFL_CNT", 1), expected)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
