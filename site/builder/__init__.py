"""Builds the site: one module for each part of dist/site. Standard library alone; `build.py` is its command line."""
