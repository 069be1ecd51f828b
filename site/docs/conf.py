"""The documentation's settings for Sphinx; `python build.py build` makes it (site/builder/documentation.py)."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE / "_extensions")]

from scnn.version import __version__  # noqa: E402 - it is found by the line above

project = "scnn"
release = __version__
extensions = [
    *["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"],
    *["docstrings", "formulas", "package", "run", "source"],
]
exclude_patterns = ["_*"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3
suppress_warnings = [
    "myst.header",  # an included file begins one level down
    "ref.python",  # several classes have a field `type`, which Python's own type is then taken for
]

autodoc_default_options = {"undoc-members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries = False  # with them, the tree of all pages takes most of the build's time

html_theme = "furo"
html_title = "scnn"
html_favicon = "../icon.svg"
html_static_path = ["_static"]
html_css_files = ["documentation.css"]
html_math_renderer = "mathml"
html_copy_source = False
html_use_index = False  # search is the index
html_domain_indices = False
html_show_copyright = False
html_last_updated_fmt = None
SEARCH = ["sidebar/brand.html", "sidebar/page.html", "sidebar/search.html"]
html_sidebars = {
    "[!_]**": [*SEARCH, "sidebar/scroll-start.html", "sidebar/navigation.html", "sidebar/scroll-end.html"],
    "_modules/**": SEARCH,  # some 260 pages of source; a tree on each would be a tenth of the documentation's bytes
}
