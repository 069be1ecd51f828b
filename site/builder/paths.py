"""Paths of the sources, of the environment that build.py creates, and of what it builds."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "site"
DIST = ROOT / "dist"
SITE = DIST / "site"
NODE_MODULES = SOURCE / "node_modules"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
