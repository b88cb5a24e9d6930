"""How the site is built: ``python -m sphinx -W -c docs . build/site``, in the folder of the checkout.

The pages are the Markdown files of the checkout as they are, wherever they lie, so that their links lead to
the same places here and where the checkout is read. What a README lists stands below it in the site.
"""

import re
import tomllib
from pathlib import Path, PurePosixPath

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

from regimesim.app.page import page

_ROOT = Path(__file__).resolve().parent.parent
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
_LINK = re.compile(r"\]\(([^()#:\s]+)\.md\)")

project = _PROJECT["name"]
version = release = _PROJECT["version"]
project_copyright = author = _PROJECT["authors"][0]["name"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/**.md", "experiments/**.md", "notebooks/**.md", "seeds/**.md"]
exclude_patterns = [".*", "build", "dist", "outputs", "experiments/**/page.md"]  # templates of the pages
nitpicky = True

autodoc_typehints = "none"  # the docstrings say it in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
myst_heading_anchors = 3
highlight_language = "none"
lexers["csv"] = TextLexer()  # Pygments knows none

html_theme = "furo"
html_title = project
html_extra_path = ["site/index.html"]
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_search_summary = False  # it would fetch the pages, which a browser refuses where they lie on a disk


def listed(docname, text):
    """The toctrees of a README, one a section: the pages that it links to.

    The first page of the documents lists pages of other folders too, and its sections are captions.
    """
    trees, seen = [], set()
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        links = dict.fromkeys(_LINK.findall(section))
        pages = [link for link in links if link not in seen and (docname == root_doc or ".." not in link)]
        seen.update(pages)
        if pages:
            caption = f":caption: {section.splitlines()[0]}" if docname == root_doc else ""
            trees.append("\n".join(["```{toctree}", ":hidden:", caption, "", *pages, "```"]))
    return "\n\n".join(trees)


def _add_toctrees(app, docname, source):
    page = PurePosixPath(docname)
    if docname == "docs/reference/python":  # docstrings in full, in the place of the page's summary of them
        names = (_ROOT / "docs/site/python.rst").read_text("utf-8")
        source[0] = f"{source[0].partition('## ')[0]}```{{eval-rst}}\n{names}```\n"
    if page.name == "README" and len(page.parts) > 1:
        source[0] += "\n\n" + listed(docname, source[0])


def _add_page(app, exception):
    """Put the page of the command ``demo`` beside the documents."""
    if exception is None and app.builder.format == "html":
        (Path(app.outdir) / "demo.html").write_text(page(), encoding="utf-8")


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", _add_toctrees)
    app.connect("build-finished", _add_page)
