# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""A driver small enough to read: programs a DLB through a vfio-user client, as the procedures say.

One scheduling domain, 0. It shares no code with lib/dlbrm, and its registers come from the tables
that witness lib/dlbhw's.
"""
import struct

from registers import Registers
from vfio_user import CONFIG, FUNC, PAGE

ATOMIC, UNORDERED, ORDERED, DIRECTED = range(4)
BAT_T, COMP, ARM, NEW, FWD = 0x1, 0x2, 0x5, 0x8, 0xA
DEPTH, DEPTH_CODE, ENTRY = 16, 2, 64  # of each consumer queue; sparse layout
WINDOWS = {("DIR", "maskable"): 0x02000000, ("LDB", "maskable"): 0x02100000,
           ("DIR", "driver"): 0x02200000, ("LDB", "driver"): 0x02300000}


def hcw(cmd, qid=0, sched=0, data=0, lock=0, opaque=0, prio=0):
    return struct.pack("<QHBBHBB", data, opaque, qid, sched | prio << 2, lock, 0, cmd)


NOOP = bytes(16)


class Port:
    def __init__(self, kind, number, address):
        self.kind, self.number, self.address = kind, number, address
        self.index, self.gen = 0, 1


class Driver:
    def __init__(self, client, version, memory, base=0):
        """memory: a bytearray-like of the guest's memory; base: what the device calls its begin."""
        self.client, self.memory, self.base = client, memory, base
        self.registers = Registers(version)
        self.version = version
        self.nb_dir = 96 if version == "2.5" else 64

    def write(self, name, index=0, value=0, **fields):
        value = self.registers.value(name, **fields) if fields else value
        self.client.post(*self.registers.at(name, index), struct.pack("<I", value))

    def read(self, name, index=0):
        return struct.unpack("<I", self.client.read(*self.registers.at(name, index), 4))[0]

    def flush(self):
        assert self.read("SYS_TOTAL_VAS") == 0x20

    # --- procedures 1, 2 and 5 ----------------------------------------------------------------

    def start_device(self):
        self.write("CM_CFG_PM_PMCSR_DISABLE", value=self.read("CM_CFG_PM_PMCSR_DISABLE") & ~1)
        assert self.read("CM_CFG_PM_STATUS") >> 24 == 1
        assert self.read("CM_CFG_DIAGNOSTIC_IDLE_STATUS") >> 31 == 1
        control = struct.unpack("<H", self.client.read(CONFIG, 0x74, 2))[0]
        self.client.write(CONFIG, 0x74, struct.pack("<H", control | 0x8000))
        assert not struct.unpack("<H", self.client.read(CONFIG, 0x74, 2))[0] & 0x8000
        self.client.write(CONFIG, 4, b"\x06\x00")  # memory space, bus master
        for bit in (17, 18):
            value = self.read("CHP_CFG_CHP_CSR_CTRL")
            self.write("CHP_CFG_CHP_CSR_CTRL", value=value | 1 << bit)
        self.write("SYS_MSIX_MODE", MODE=1)

    # --- procedures 6 to 11 and 15 ------------------------------------------------------------

    def create_domain(self, credits=1024):
        if self.version == "2.5":
            self.write("CHP_CFG_VAS_CRD", 0, credits)
        else:
            self.write("CHP_CFG_LDB_VAS_CRD", 0, credits)
            self.write("CHP_CFG_DIR_VAS_CRD", 0, credits)

    def create_ldb_queue(self, qid):
        self.write("SYS_LDB_VASQID_V", qid, 0)
        self.write("LSP_QID_LDB_INFL_LIM", qid, 64)
        self.write("LSP_QID_AQED_ACTIVE_LIM", qid, 64)
        self.write("AQED_QID_HID_WIDTH", qid, 0)
        self.write("AQED_QID_FID_LIM", qid, 512)
        self.write("CHP_ORD_QID_SN_MAP", qid, MODE=0, SLOT=qid, GRP=0)
        self.write("SYS_LDB_QID_CFG_V", qid, SN_CFG_V=1, FID_CFG_V=1)
        self.write("SYS_LDB_QID_V", qid, 1)

    def create_dir_queue(self, qid):
        self.write("SYS_DIR_VASQID_V", qid, 0)
        self.write("SYS_DIR_QID_V", qid, 1)

    def _create_cq(self, kind, p, address):
        cq = f"{kind}_CQ"
        self.write(f"SYS_{cq}_ADDR_L", p, address & 0xFFFFFFC0)
        self.write(f"SYS_{cq}_ADDR_U", p, address >> 32)
        self.write(f"SYS_{cq}2VF_PF_RO", p, IS_PF=1, RO=1)
        self.write(f"CHP_{cq}_TKN_DEPTH_SEL", p, DEPTH_CODE)
        self.write(f"LSP_CQ_{kind}_TKN_CNT", p, 0)
        suffix = "" if kind == "LDB" else "_DSI"
        self.write(f"LSP_CQ_{kind}_TKN_DEPTH_SEL{suffix}", p, DEPTH_CODE)
        self.write(f"CHP_{cq}_WPTR", p, 0)

    def _create_pp(self, kind, p):
        self.write(f"CHP_{kind}_CQ2VAS", p, 0)
        self.write(f"SYS_{kind}_PP2VAS", p, 0)
        self.write(f"SYS_{kind}_PP_V", p, 1)
        self.write(f"LSP_CQ_{kind}_DSBL", p, 0)
        self.flush()

    def create_ldb_port(self, p, address):
        first = p * 64
        self._create_cq("LDB", p, address)
        self.write("CHP_HIST_LIST_LIM", p, first + 63)
        self.write("CHP_HIST_LIST_BASE", p, first)
        self.write("LSP_CQ_LDB_INFL_LIM", p, 64)
        self.write("CHP_HIST_LIST_PUSH_PTR", p, first)
        self.write("CHP_HIST_LIST_POP_PTR", p, first)
        self.write("LSP_CQ2PRIOV", p, 0)
        self._create_pp("LDB", p)
        return Port("LDB", p, address)

    def create_dir_port(self, p, address):
        self._create_cq("DIR", p, address)
        self._create_pp("DIR", p)
        return Port("DIR", p, address)

    def link(self, port, qid, slot=0):
        p = port.number
        self.write("LSP_CQ2PRIOV", p, self.read("LSP_CQ2PRIOV", p) | 1 << (24 + slot))
        name, shift = ("LSP_CQ2QID0", slot) if slot < 4 else ("LSP_CQ2QID1", slot - 4)
        old = self.read(name, p) & ~(0x7F << 8 * shift)
        self.write(name, p, old | qid << 8 * shift)
        self.flush()

    def start(self, ldb_queues=(), dir_queues=()):
        for qid in ldb_queues:
            self.write("SYS_LDB_VASQID_V", qid, 1)
        for qid in dir_queues:
            self.write("SYS_DIR_VASQID_V", qid, 1)
        self.flush()

    # --- procedures 18 and 23 -----------------------------------------------------------------

    def page(self, port, window="maskable"):
        return WINDOWS[port.kind, window] + PAGE * port.number

    def put(self, port, *hcws, window="maskable"):
        """A 64-byte store, as it arrives from a machine that is emulated."""
        line = b"".join(hcws + (NOOP,) * (4 - len(hcws)))
        for i in range(0, 64, 8):
            self.client.post(FUNC, self.page(port, window) + i, line[i:i + 8])

    def get(self, port):
        """The next queue element or None: data, opaque, qid, type and priority, flow, status."""
        at = port.address - self.base + ENTRY * port.index
        data, opaque, qid, kind, flow, _, status = struct.unpack("<QHBBHBB",
                                                                 self.memory[at:at + 16])
        if status & 1 != port.gen:
            return None
        port.index = (port.index + 1) % DEPTH
        port.gen ^= port.index == 0
        return data, opaque, qid, kind, flow, status

    def fence(self, port):
        assert self.client.read(FUNC, self.page(port), 8) == bytes(8)

    def get_all(self, port):
        self.fence(port)
        return list(iter(lambda: self.get(port), None))

    def enable_interrupt(self, port, threshold=1):
        self.write(f"CHP_{port.kind}_CQ_INT_DEPTH_THRSH", port.number, threshold - 1)
        self.write(f"CHP_{port.kind}_CQ_INT_ENB", port.number, EN_DEPTH=1)
        self.write(f"SYS_{port.kind}_CQ_ISR", port.number, EN_CODE=2)
