"""Links to source files: {source}`scnn/kernels/dense.py` leads to the page that shows the file."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

ROOT_OF_PAGES = "_modules"  # sphinx.ext.viewcode writes them


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_role("source", SourceRole())
    return {"parallel_read_safe": True}


class SourceRole(SphinxRole):
    """The file's path, as a link."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        page = f"{ROOT_OF_PAGES}/{self.text.removesuffix('.py').removesuffix('/__init__')}"
        assert self.env.app.builder
        address = self.env.app.builder.get_relative_uri(self.env.docname, page)
        link = nodes.reference("", "", internal=True, refuri=address)
        link += nodes.literal(self.text, self.text)
        return [link], []
