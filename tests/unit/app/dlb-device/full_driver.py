# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""A driver that does all that the procedures say, in their order, also what no one needs.

It goes by the names in the tables of registers and knows nothing of lib/dlbrm. Where the two known
drivers differ it does what either does: producer ports of the driver window, drains with a
completion each, priorities that are or-ed, tables of slots read before they are written, counters
at the places of 2.0 also on 2.5.
"""
import struct

from driver import BAT_T, COMP, DEPTH_CODE, Driver, Port, hcw
from vfio_user import CONFIG

QE_ARBITERS = ("ATM_CFG_ARB_WEIGHTS_RDY_BIN", "NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0",
               "NALB_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0", "DP_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0",
               "DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0", "NALB_CFG_ARB_WEIGHTS_TQPRI_ATQ_0",
               "ATM_CFG_ARB_WEIGHTS_SCHED_BIN", "AQED_CFG_ARB_WEIGHTS_TQPRI_ATM_0")
QID_ARBITERS = ("LSP_CFG_ARB_WEIGHT_LDB_QID_0", "LSP_CFG_ARB_WEIGHT_ATM_NALB_QID_0")
SLOT_TABLES = ("ATM_QID2CQIDIX", "LSP_QID2CQIDIX", "LSP_QID2CQIDIX2")
HISTORY = 64  # entries of each load-balanced port

# What a reset of a domain writes back, object by object, in order.
RESET_LDB_PORT = """SYS_LDB_PP2VAS CHP_LDB_CQ2VAS SYS_LDB_PP2VDEV SYS_LDB_PP_V LSP_CQ_LDB_DSBL
    CHP_LDB_CQ_DEPTH LSP_CFG_CQ_LDB_WU_LIMIT LSP_CQ_LDB_INFL_LIM CHP_HIST_LIST_LIM
    CHP_HIST_LIST_BASE CHP_HIST_LIST_POP_PTR CHP_HIST_LIST_PUSH_PTR CHP_LDB_CQ_INT_DEPTH_THRSH
    CHP_LDB_CQ_TMR_THRSH CHP_LDB_CQ_INT_ENB SYS_LDB_CQ_ISR LSP_CQ_LDB_TKN_DEPTH_SEL
    CHP_LDB_CQ_TKN_DEPTH_SEL CHP_LDB_CQ_WPTR LSP_CQ_LDB_TKN_CNT SYS_LDB_CQ_ADDR_L
    SYS_LDB_CQ_ADDR_U SYS_LDB_CQ_AT SYS_LDB_CQ_PASID SYS_LDB_CQ2VF_PF_RO
    LSP_CQ_LDB_TOT_SCH_CNTL LSP_CQ_LDB_TOT_SCH_CNTH LSP_CQ2QID0 LSP_CQ2QID1 LSP_CQ2PRIOV""".split()
RESET_DIR_PORT = """CHP_DIR_CQ_DEPTH CHP_DIR_CQ_INT_DEPTH_THRSH CHP_DIR_CQ_TMR_THRSH
    CHP_DIR_CQ_INT_ENB SYS_DIR_CQ_ISR LSP_CQ_DIR_TKN_DEPTH_SEL_DSI CHP_DIR_CQ_TKN_DEPTH_SEL
    CHP_DIR_CQ_WPTR LSP_CQ_DIR_TKN_CNT SYS_DIR_CQ_ADDR_L SYS_DIR_CQ_ADDR_U SYS_DIR_CQ_AT
    SYS_DIR_CQ_PASID SYS_DIR_CQ_FMT SYS_DIR_CQ2VF_PF_RO LSP_CQ_DIR_TOT_SCH_CNTL
    LSP_CQ_DIR_TOT_SCH_CNTH SYS_DIR_PP2VAS CHP_DIR_CQ2VAS SYS_DIR_PP2VDEV SYS_DIR_PP_V""".split()
RESET_LDB_QUEUE = """LSP_QID_NALDB_TOT_ENQ_CNTL LSP_QID_NALDB_TOT_ENQ_CNTH
    LSP_QID_ATM_TOT_ENQ_CNTL LSP_QID_ATM_TOT_ENQ_CNTH LSP_QID_NALDB_MAX_DEPTH LSP_QID_LDB_INFL_LIM
    LSP_QID_AQED_ACTIVE_LIM LSP_QID_ATM_DEPTH_THRSH LSP_QID_NALDB_DEPTH_THRSH SYS_LDB_QID_ITS
    CHP_ORD_QID_SN CHP_ORD_QID_SN_MAP SYS_LDB_QID_V SYS_LDB_QID_CFG_V""".split()
RESET_DIR_QUEUE = """LSP_QID_DIR_MAX_DEPTH LSP_QID_DIR_TOT_ENQ_CNTL LSP_QID_DIR_TOT_ENQ_CNTH
    LSP_QID_DIR_DEPTH_THRSH SYS_DIR_QID_ITS SYS_DIR_QID_V""".split()


class FullDriver(Driver):
    def change(self, name, index=0, second=0, **fields):
        """Read, change, write."""
        at = self.registers.at(name, index, second)
        value = struct.unpack("<I", self.client.read(*at, 4))[0]
        for field, content in fields.items():
            msb, lsb = self.registers.fields[name, field]
            value = value & ~((1 << msb + 1) - (1 << lsb)) | content << lsb
        self.client.post(*at, struct.pack("<I", value))

    def enable(self, kind, p, on=True):
        self.write(f"LSP_CQ_{kind}_DSBL", p, not on)
        self.flush()

    # --- 1 to 5: the device -------------------------------------------------------------------

    def power_up(self):
        self.change("CM_CFG_PM_PMCSR_DISABLE", DISABLE=0)
        assert self.read("CM_CFG_PM_STATUS") >> 24 == 1
        assert self.read("CM_CFG_DIAGNOSTIC_IDLE_STATUS") >> 31 == 1

    def probe_ports(self, times):
        """Time each port by commands that mean nothing to a port that is not configured."""
        for kind, nb in (("LDB", 64), ("DIR", self.nb_dir)):
            for p in range(nb):
                for _ in range(times):
                    self.put(Port(kind, p, 0), hcw(0x3, lock=1), window="driver")

    def reset_function(self):
        header = self.client.read(CONFIG, 0, 64)
        control = struct.unpack("<H", self.client.read(CONFIG, 0x74, 2))[0]
        self.client.write(CONFIG, 4, bytes(2))
        self.client.write(CONFIG, 0x74, struct.pack("<H", control | 0x8000))
        self.client.write(CONFIG, 0x74, struct.pack("<H", control))
        for at in range(60, -1, -4):
            self.client.write(CONFIG, at, header[at:at + 4])
        self.client.write(CONFIG, 0x14E, bytes(2))
        assert self.client.read(CONFIG, 0, 64) == header

    def start_device(self):
        self.power_up()
        self.client.write(CONFIG, 4, b"\x06\x00")
        self.reset_function()
        self.change("SYS_INGRESS_ALARM_ENBL", ILLEGAL_HCW=1, ILLEGAL_PP=1, ILLEGAL_PASID=1,
                    ILLEGAL_QID=1, DISABLED_QID=1, ILLEGAL_LDB_QID_CFG=1)
        self.write("SYS_MSIX_MODE", MODE=1)
        self.start_watchdogs(30, 0x7FFFF)
        self.change("CHP_CFG_CHP_CSR_CTRL", CFG_64BYTES_QE_LDB_CQ_MODE=1)
        self.change("CHP_CFG_CHP_CSR_CTRL", CFG_64BYTES_QE_DIR_CQ_MODE=1)
        for name in QE_ARBITERS:
            self.write(name, value=0xFFFDFBF9)
        for name in QID_ARBITERS:
            self.write(name, value=0xFFFFFFFF)
        self.change("SYS_WRITE_BUFFER_CTL", SCH_RATE_LIMIT=3)
        self.write("LSP_CFG_LSP_CSR_CONTROL", value=self.read("LSP_CFG_LSP_CSR_CONTROL"))
        for cos in range(4):
            self.change("LSP_CFG_SHDW_RANGE_COS", cos, BW_RANGE=64)
            self.write("LSP_CFG_SHDW_CTRL", TRANSFER=1)
        self.write("RO_GRP_SN_MODE", SN_MODE_0=0, SN_MODE_1=2)

    # --- 7 to 10: queues and ports ------------------------------------------------------------

    def create_ldb_queue(self, qid, sns=64, limit=64):
        self.write("SYS_LDB_VASQID_V", qid, 0)
        self.write("LSP_QID_LDB_INFL_LIM", qid, limit)
        self.write("LSP_QID_AQED_ACTIVE_LIM", qid, 64)
        self.write("AQED_QID_HID_WIDTH", qid, 0)
        self.write("SYS_LDB_QID_ITS", qid, 0)
        self.write("LSP_QID_ATM_DEPTH_THRSH", qid, 256)
        self.write("LSP_QID_NALDB_DEPTH_THRSH", qid, 256)
        self.write("AQED_QID_FID_LIM", qid, 512)
        self.write("CHP_ORD_QID_SN_MAP", qid, MODE=0, SLOT=qid, GRP=0)
        self.write("SYS_LDB_QID_CFG_V", qid, SN_CFG_V=sns != 0, FID_CFG_V=1)
        self.write("SYS_LDB_QID_V", qid, 1)

    def create_dir_queue(self, qid):
        self.write("SYS_DIR_VASQID_V", qid, 0)
        self.write("SYS_DIR_QID_ITS", qid, 0)
        self.write("LSP_QID_DIR_DEPTH_THRSH", qid, 256)
        self.write("SYS_DIR_QID_V", qid, 1)

    def _create_cq(self, kind, p, address):
        self.write(f"SYS_{kind}_CQ_ADDR_L", p, address & 0xFFFFFFC0)
        self.write(f"SYS_{kind}_CQ_ADDR_U", p, address >> 32)
        self.write(f"SYS_{kind}_CQ2VF_PF_RO", p, VF=0, IS_PF=1, RO=1)
        self.write(f"CHP_{kind}_CQ_TKN_DEPTH_SEL", p, DEPTH_CODE)
        self.write(f"LSP_CQ_{kind}_TKN_CNT", p, 0)
        suffix = "" if kind == "LDB" else "_DSI"
        self.write(f"LSP_CQ_{kind}_TKN_DEPTH_SEL{suffix}", p, DEPTH_CODE)
        self.write(f"CHP_{kind}_CQ_WPTR", p, 0)

    def _create_pp(self, kind, p):
        self.write(f"SYS_{kind}_PP2VAS", p, 0)
        self.write(f"SYS_{kind}_PP_V", p, 1)
        self.enable(kind, p)

    def create_ldb_port(self, p, address):
        base = p * HISTORY
        self._create_cq("LDB", p, address)
        self.write("CHP_HIST_LIST_LIM", p, base + HISTORY - 1)
        self.write("CHP_HIST_LIST_BASE", p, base)
        self.write("LSP_CQ_LDB_INFL_LIM", p, HISTORY)
        self.write("CHP_HIST_LIST_PUSH_PTR", p, base)
        self.write("CHP_HIST_LIST_POP_PTR", p, base)
        if self.version == "2.0":
            self.write("SYS_LDB_CQ_AT", p, 0)
            self.write("SYS_LDB_CQ_PASID", p, 0)
        else:
            self.write("SYS_LDB_CQ_PASID", p, base)  # what a driver leaves in a variable
        self.write("CHP_LDB_CQ2VAS", p, 0)
        self.write("LSP_CQ2PRIOV", p, 0)
        if self.version == "2.5":
            self.write("LSP_CFG_CTRL_GENERAL_0", value=0)
        self._create_pp("LDB", p)
        return Port("LDB", p, address)

    def create_dir_port(self, p, address):
        self._create_cq("DIR", p, address)
        self.write("SYS_DIR_CQ_FMT", p, 0)
        if self.version == "2.0":
            self.write("SYS_DIR_CQ_AT", p, 0)
        self.write("SYS_DIR_CQ_PASID", p, 0)
        self.write("CHP_DIR_CQ2VAS", p, 0)
        self._create_pp("DIR", p)
        return Port("DIR", p, address)

    # --- 11 to 13: mappings -------------------------------------------------------------------

    def _slot_bit(self, p, slot, qid, value):
        for name in SLOT_TABLES:
            at = self.registers.at(name, qid, p // 4)
            word = struct.unpack("<I", self.client.read(*at, 4))[0]
            bit = 1 << 8 * (p % 4) + slot
            self.client.post(*at, struct.pack("<I", word | bit if value else word & ~bit))

    def _sched_ctrl(self, p, slot, **flags):
        self.write("LSP_LDB_SCHED_CTRL", CQ=p, QIDIX=slot, **flags)

    def link(self, port, qid, slot=0, prio=0):
        p = port.number
        old = self.read("LSP_CQ2PRIOV", p)
        self.write("LSP_CQ2PRIOV", p, old | 1 << 24 + slot | prio << 3 * slot)
        self.change("LSP_CQ2QID0" if slot < 4 else "LSP_CQ2QID1", p, **{f"QID_P{slot}": qid})
        self._slot_bit(p, slot, qid, True)
        self.flush()

    def link_running(self, port, qid, slot, others, limit=64):
        """False if elements of the queue are in flight: it stays frozen, and the caller comes back."""
        p = port.number
        self.enable("LDB", p, False)
        self.write("LSP_QID_LDB_INFL_LIM", qid, 0)
        self.flush()
        if self.read("LSP_QID_LDB_INFL_CNT", qid) != 0:
            self.enable("LDB", p)
            return False
        for other, _ in others:
            self.enable("LDB", other.number, False)
        assert self.read("LSP_QID_LDB_INFL_CNT", qid) == 0
        self.link(port, qid, slot)
        has_atomic = self.read("LSP_QID_AQED_ACTIVE_CNT", qid) != 0
        self._sched_ctrl(p, slot, VALUE=1, RLIST_HASWORK_V=has_atomic)
        has_more = self.read("LSP_QID_LDB_ENQUEUE_CNT", qid) != 0
        self._sched_ctrl(p, slot, VALUE=1, NALB_HASWORK_V=has_more)
        self._sched_ctrl(p, slot, VALUE=0, INFLIGHT_OK_V=1)
        for other, their_slot in [*others, (port, slot)]:
            self._sched_ctrl(other.number, their_slot, VALUE=1, INFLIGHT_OK_V=1)
        self.write("LSP_QID_LDB_INFL_LIM", qid, limit)
        for other in [port, *(one for one, _ in others)]:
            self.enable("LDB", other.number)
        return True

    def unlink_running(self, port, qid, slot):
        """False if elements are in flight to the port: it stays off, and the caller comes back."""
        p = port.number
        self.enable("LDB", p, False)
        if self.read("LSP_CQ_LDB_INFL_CNT", p) != 0:
            return False
        self.write("LSP_CQ2PRIOV", p, self.read("LSP_CQ2PRIOV", p) & ~(1 << 24 + slot))
        self._slot_bit(p, slot, qid, False)
        self.flush()
        self._sched_ctrl(p, slot, VALUE=0, RLIST_HASWORK_V=1)
        self._sched_ctrl(p, slot, VALUE=0, NALB_HASWORK_V=1)
        self._sched_ctrl(p, slot, VALUE=1, INFLIGHT_OK_V=1)
        self.enable("LDB", p)
        return True

    # --- 16, 17, 24, 25: getting rid of a domain ----------------------------------------------

    def depth(self, qid):
        return sum(self.read(name, qid) for name in ("LSP_QID_AQED_ACTIVE_CNT",
                                                     "LSP_QID_LDB_ENQUEUE_CNT", "LSP_QID_ATM_ACTIVE"))

    def drain(self, port):
        """Give back what a port holds; returns how many tokens that were."""
        p, is_ldb = port.number, port.kind == "LDB"
        inflight = self.read("LSP_CQ_LDB_INFL_CNT", p) if is_ldb else 0
        tokens = self.read(f"LSP_CQ_{port.kind}_TKN_CNT", p)
        first = (COMP if inflight else 0) | (BAT_T if tokens else 0)
        if first:
            self.put(port, hcw(first, lock=tokens - 1 & 0xFFFF), window="driver")
        for _ in range(inflight - 1):
            self.put(port, hcw(COMP, lock=tokens - 1 & 0xFFFF), window="driver")
        return tokens

    def _reset_values(self, names, index):
        for name in names:
            if self.registers.has(name):
                self.write(name, index, self.registers.resets[name])

    def _drain_queues(self, ports, is_empty):
        for _ in range(1000):
            for port in ports:
                self.drain(port)
            if is_empty():
                break
        else:
            raise AssertionError("the queues do not empty")
        for port in ports:
            self.enable(port.kind, port.number, False)
            self.drain(port)
            self.enable(port.kind, port.number)

    def reset_domain(self, ldb_queues, dir_queues, ldb_ports, dir_ports, mapped):
        for port in dir_ports + ldb_ports:
            self.write(f"CHP_{port.kind}_CQ_INT_ENB", port.number, 0)
            self.write(f"CHP_{port.kind}_CQ_WD_ENB", port.number, 0)
        for qid in dir_queues:
            self.write("SYS_DIR_VASQID_V", qid, 0)
        for qid in ldb_queues:
            self.write("SYS_LDB_VASQID_V", qid, 0)
        for port in ldb_ports:
            self.write("CHP_SN_CHK_ENBL", port.number, 0)
        for port in ldb_ports:
            self.enable("LDB", port.number, False)
            self.drain(port)
        for port in ldb_ports:
            assert self.read("LSP_CQ_LDB_INFL_CNT", port.number) == 0
            self.enable("LDB", port.number)
        self._drain_queues(ldb_ports, lambda: not any(map(self.depth, mapped)))
        for qid in set(ldb_queues) - set(mapped):
            if self.depth(qid):
                assert self.link_running(ldb_ports[0], qid, 7, [])
                self._drain_queues(ldb_ports, lambda qid=qid: not self.depth(qid))
        for port in ldb_ports:
            self.enable("LDB", port.number, False)
        self._drain_queues(dir_ports, lambda: not any(self.read("LSP_QID_DIR_ENQUEUE_CNT", qid)
                                                      for qid in dir_queues))
        for port in dir_ports:
            self.enable("DIR", port.number, False)
        for port in dir_ports + ldb_ports:
            self.write(f"SYS_{port.kind}_PP_V", port.number, 0)
        assert not any(map(self.depth, ldb_queues))
        for port in dir_ports + ldb_ports:
            assert self.read(f"LSP_CQ_{port.kind}_TKN_CNT", port.number) == 0
        self._give_back(ldb_queues, dir_queues, ldb_ports, dir_ports)

    def _give_back(self, ldb_queues, dir_queues, ldb_ports, dir_ports):
        for port in ldb_ports:
            self._reset_values(RESET_LDB_PORT, port.number)
        for port in dir_ports:
            p = port.number
            self.write("CHP_DIR_CQ2VAS", p, 0)
            self.write("LSP_CQ_DIR_DSBL", p, 1)
            if self.version == "2.0":
                self.write("SYS_DIR_CQ_OPT_CLR", value=p)
            else:
                self.write("SYS_WB_DIR_CQ_STATE", p, CQ_OPT_CLR=1)
            self._reset_values(RESET_DIR_PORT, p)
        for qid in ldb_queues:
            self._reset_values(RESET_LDB_QUEUE, qid)
            self.write("RO_GRP_0_SLT_SHFT", qid, 0)
            for name in SLOT_TABLES:
                for word in range(16):
                    self.client.post(*self.registers.at(name, qid, word), bytes(4))
        for qid in dir_queues:
            self._reset_values(RESET_DIR_QUEUE, qid)
        self.create_domain(0)
        self.flush()

    # --- 18, 19, 26: what the device has to say -----------------------------------------------

    def status_words(self):
        names = ["SYS_LDB_CQ_31_0_OCC_INT_STS", "SYS_LDB_CQ_63_32_OCC_INT_STS",
                 "SYS_DIR_CQ_31_0_OCC_INT_STS", "SYS_DIR_CQ_63_32_OCC_INT_STS"]
        if self.version == "2.5":
            names.append("SYS_DIR_CQ_95_64_OCC_INT_STS")
        return names

    def serve_interrupt(self):
        """Handler of vector 1: returns what fired, word by word."""
        names = self.status_words()
        fired = [self.read(name) for name in names]
        for name, word in zip(names, fired):
            if word:
                self.write(name, value=word)
        self.write("MSIX_VECTOR_CTRL", 1, 1)
        self.write("SYS_MSIX_PASSTHRU", value=2)
        self.write("SYS_MSIX_ACK", value=2)
        self.write("SYS_MSIX_PASSTHRU", value=0)
        self.write("MSIX_VECTOR_CTRL", 1, 0)
        self.flush()
        return fired

    def start_watchdogs(self, threshold, interval):
        for kind in ("DIR", "LDB"):
            self.write(f"CHP_CFG_{kind}_WD_THRESHOLD", value=threshold)
        for kind in ("DIR", "LDB"):
            self.write(f"CHP_CFG_{kind}_WD_ENB_INTERVAL", SAMPLE_INTERVAL=interval, ENB=1)

    def watch(self, port):
        self.write(f"CHP_{port.kind}_CQ_WD_ENB", port.number, 1)
        self.write(f"CHP_CFG_{port.kind}_WD_DISABLE{port.number // 32}",
                   value=1 << port.number % 32)

    def serve_alarm(self):
        """Handler of vector 0: (hardware syndrome, ingress syndromes, CQs that timed out)."""
        synd = self.read("SYS_ALARM_HW_SYND")
        self.write("SYS_MSIX_ACK", value=1)
        self.flush()
        ingress, timed_out = None, set()
        if self.read("SYS_ALARM_PF_SYND0") >> 31:
            ingress = [self.read(f"SYS_ALARM_PF_SYND{i}") for i in range(3)]
            self.write("SYS_ALARM_PF_SYND0", VALID=1, MORE=1)
        for vdev in range(16):
            assert not self.read("SYS_ALARM_VF_SYND0", vdev)
        if synd >> 31 and synd >> 11 & 1:
            timed_out = self._serve_watchdogs()
        return synd, ingress, timed_out

    def _serve_watchdogs(self):
        words = [("DIR", i) for i in range(self.nb_dir // 32)] + [("LDB", 0), ("LDB", 1)]
        values = [self.read(f"CHP_CFG_{kind}_WDTO_{i}") for kind, i in words]
        for (kind, i), value in zip(words, values):
            self.write(f"CHP_CFG_{kind}_WDTO_{i}", value=value)
        self.flush()
        for (kind, i), value in zip(words, values):
            self.write(f"CHP_CFG_{kind}_WD_DISABLE{i}", value=value)
        return {(kind, 32 * i + bit) for (kind, i), value in zip(words, values)
                for bit in range(32) if value >> bit & 1}

    # --- 27: counters -------------------------------------------------------------------------

    def count(self, low, high):
        """A counter of 64 bits that is not latched."""
        while True:
            upper = self.read(high)
            lower = self.read(low)
            if self.read(high) == upper:
                return upper << 32 | lower
