"""Makes the site's copy of Pyodide's Python library, which is smaller and starts faster.

library.mjs runs it inside Pyodide, so that the same Python writes and reads the bytecode. Pyodide ships only
sources, and compiling the 145 modules that it imports takes more than half of its start. Bytecode saves that time and
is a third larger; leaving out modules that the page never uses makes up for it.
"""

import os
import py_compile
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

ARCHIVE = os.__file__.removesuffix("os.py")  # where Pyodide keeps its library
LEFT_OUT = (  # patterns of paths
    # only for terminals, servers and test suites
    *("_pyrepl/*", "argparse.py", "bdb.py", "cmd.py", "doctest.py", "ftplib.py", "getopt.py", "imaplib.py"),
    *("mailbox.py", "multiprocessing/*", "optparse.py", "pdb.py", "poplib.py", "pydoc.py", "rlcompleter.py"),
    *("smtplib.py", "socketserver.py", "unittest/*", "wsgiref/*", "xmlrpc/*"),
    *("http/cookie*.py", "http/server.py", "logging/config.py", "logging/handlers.py", "urllib/robotparser.py"),
    *("asyncio/__main__.py", "asyncio/proactor_events.py", "asyncio/tools.py", "asyncio/windows_*.py"),
    *("concurrent/futures/process.py", "fileinput.py", "getpass.py"),
    # program analysis and profiling
    *("cProfile.py", "compileall.py", "difflib.py", "modulefinder.py", "pickletools.py", "profile.py", "pstats.py"),
    *("pyclbr.py", "symtable.py", "tabnanny.py", "timeit.py", "trace.py", "zipapp.py"),
    # other file formats and other programs' code
    *("configparser.py", "ctypes/*", "plistlib.py", "shelve.py", "sqlite3/*", "wave.py", "xml/*"),
    # Python versions of modules that exist in C
    *("_pydatetime.py", "_pyio.py"),
    # code pages of other alphabets: all text here is UTF-8
    *("encodings/big5*", "encodings/cp[!4]*", "encodings/euc_*", "encodings/gb*", "encodings/h[pz]*"),
    *("encodings/iso*", "encodings/johab.py", "encodings/k*", "encodings/mac_*", "encodings/ptcp*"),
    *("encodings/shift_*", "encodings/tis*"),
)


def left_out(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in LEFT_OUT)


def bytecode(path: str, source: bytes) -> bytes:
    """The content of a .pyc that Python does not check against its source."""
    Path("/module.py").write_bytes(source)
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile("/module.py", "/module.pyc", ARCHIVE + path, doraise=True, invalidation_mode=unchecked)
    return Path("/module.pyc").read_bytes()


def shorten(whole: str, short: str) -> None:
    """Writes a copy of the archive `whole`, without LEFT_OUT, and with bytecode for all modules imported so far."""
    imported = {getattr(module, "__file__", None) for module in sys.modules.values()}
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(short, "w") as target:
        for path in source.namelist():
            if path.endswith("/") or left_out(path):
                continue
            content = source.read(path)
            if ARCHIVE + path in imported:
                path, content = path + "c", bytecode(path, content)
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))  # the same bytes at any time
            target.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
