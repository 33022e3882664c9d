# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
"""How Sphinx builds the guides, without a network.

The guide to the registers is made from the table that the code is made of: its
file here says so in a sentence, which is replaced while Sphinx reads it.
"""
import os
import re
import subprocess
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
REGISTER_TABLE = os.path.join(TOP, "lib", "dlbhw", "dlb_regs.def")
REGISTER_GUIDE = os.path.join(TOP, "devtools", "gen-regs-doc")


def project_version():
    with open(os.path.join(TOP, "meson.build"), encoding="utf-8") as build:
        return re.search(r"^\tversion: '([^']+)'", build.read(), re.M).group(1)


project = "event_dlb"
copyright = "2026 event_dlb contributors"
version = release = project_version()

language = "en"
html_theme = "alabaster"
html_theme_options = {
    "description": "A Dynamic Load Balancer for DPDK, in hardware or made of software",
    "fixed_sidebar": True,
    "page_width": "72em",
}
html_show_sourcelink = False
html_copy_source = False


def registers_guide():
    with tempfile.TemporaryDirectory() as folder:
        guide = os.path.join(folder, "registers.rst")
        subprocess.run([REGISTER_GUIDE, REGISTER_TABLE, guide], check=True)
        with open(guide, encoding="utf-8") as text:
            return text.read()


def fill_in_registers(app, docname, source):
    if docname == "dlb/registers":
        source[0] = registers_guide()
        app.env.note_dependency(REGISTER_TABLE)
        app.env.note_dependency(REGISTER_GUIDE)


def setup(app):
    app.connect("source-read", fill_in_registers)
    return {"parallel_read_safe": True}
