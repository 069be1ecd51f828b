"""Makes the site's copy of Python's library from Pyodide's: shorter, and quicker to start.

library.mjs runs it inside Pyodide, so that bytecode is made by the very Python that will read it. Pyodide ships
sources alone, and compiling the 145 modules that it imports is more than half of its start; with their bytecode, a
third more bytes, that is gone. What is left out pays for them: no visitor has to fetch what the page never uses.
"""

import os
import py_compile
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

ARCHIVE = os.__file__.removesuffix("os.py")  # where Pyodide keeps its library
LEFT_OUT = (  # patterns of paths
    # what only a terminal, a server or a test suite uses
    *("_pyrepl/*", "argparse.py", "bdb.py", "cmd.py", "doctest.py", "ftplib.py", "getopt.py", "imaplib.py"),
    *("mailbox.py", "multiprocessing/*", "optparse.py", "pdb.py", "poplib.py", "pydoc.py", "rlcompleter.py"),
    *("smtplib.py", "socketserver.py", "unittest/*", "wsgiref/*", "xmlrpc/*"),
    # what looks at programs and measures them
    *("cProfile.py", "compileall.py", "difflib.py", "modulefinder.py", "pickletools.py", "profile.py", "pstats.py"),
    *("pyclbr.py", "symtable.py", "tabnanny.py", "timeit.py", "trace.py", "zipapp.py"),
    # other file formats and other programs' code
    *("ctypes/*", "plistlib.py", "sqlite3/*", "wave.py", "xml/*"),
    # Python's own copies of what is there in C
    *("_pydatetime.py", "_pyio.py"),
    # other alphabets' code pages: all text here is UTF-8
    *("encodings/big5*", "encodings/cp[!4]*", "encodings/euc_*", "encodings/gb*", "encodings/h[pz]*"),
    *("encodings/iso*", "encodings/johab.py", "encodings/k*", "encodings/mac_*", "encodings/ptcp*"),
    *("encodings/shift_*", "encodings/tis*"),
)


def left_out(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in LEFT_OUT)


def bytecode(path: str, source: bytes) -> bytes:
    """The content of a .pyc that stands alone: nobody asks whether its source has changed."""
    Path("/module.py").write_bytes(source)
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile("/module.py", "/module.pyc", ARCHIVE + path, doraise=True, invalidation_mode=unchecked)
    return Path("/module.pyc").read_bytes()


def shorten(whole: str, short: str) -> None:
    """Writes a copy of the archive `whole`: without LEFT_OUT, and what is imported by now as bytecode."""
    imported = {getattr(module, "__file__", None) for module in sys.modules.values()}
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(short, "w") as target:
        for path in source.namelist():
            if path.endswith("/") or left_out(path):
                continue
            content = source.read(path)
            if ARCHIVE + path in imported:
                path, content = path + "c", bytecode(path, content)
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))  # the same bytes whenever it is made
            target.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
