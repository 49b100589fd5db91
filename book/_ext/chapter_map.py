"""Sphinx: the map of the book, drawn from what the chapters say of themselves.

`{chapter-map}` shows which chapter needs which. It reads the links in the line "You need:" of each chapter, so that
the map cannot say anything else than the chapters do. A phone, which is too narrow for the map, shows it as a list.
"""
from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from graphviz import Digraph
from sphinx import addnodes

from micrograd.drawing import INK, LEAF, OPERATION, render_dot, svg_to_html
from micrograd.graph import LOOK


class chapter_map(nodes.Element):
    """A placeholder for the map, until all chapters are read."""


class ChapterMap(Directive):
    """Put a placeholder for the map, which is drawn again when a chapter changes."""

    def run(self):
        env = self.state.document.settings.env
        for page in chapters(env):
            env.note_dependency(env.doc2path(page))
        return [chapter_map()]


def chapters(env):
    """Return the pages whose names begin with a number, in order."""
    return [page for page in sorted(env.found_docs) if page[:2].isdigit()]


def needs(env, page):
    """Return the chapters of this book to which a chapter's line "You need:" links. Sphinx warns of any other."""
    for item in env.get_doctree(page).findall(nodes.list_item):
        if item.astext().startswith('You need:'):
            targets = [link['reftarget'] for link in item.findall(addnodes.pending_xref)]
            return [target for target in targets if target in chapters(env)]
    return []


def draw_list(env, builder, docname):
    """Return HTML for the same as a list, for narrow screens."""
    lines = []
    for page in chapters(env):
        needed = ', '.join(str(int(other[:2])) for other in needs(env, page))
        title = f'<a href="{builder.get_relative_uri(docname, page)}">{escape(env.titles[page].astext())}</a>'
        lines.append(f'<li>{title}{f", which needs {needed}" if needed else ""}</li>')
    return f'<ul class="chapter-list">{"".join(lines)}</ul>'


def draw(env, builder, docname):
    """Return HTML for the map on the page `docname`, each chapter a link."""
    titles = {page: env.titles[page].astext() for page in chapters(env)}
    graph = Digraph(graph_attr={**LOOK, 'ranksep': '0.22'}, edge_attr={'color': OPERATION},
                    node_attr={'shape': 'box', 'fontname': 'Helvetica,sans-serif',
                               'fontsize': '12', 'height': '0.35', 'margin': '0.2,0.05'})
    alt_text = ['Which chapter needs which.']
    for page, title in titles.items():
        needed = needs(env, page)
        graph.node(page, title, URL=builder.get_relative_uri(docname, page), color=INK if needed else LEAF)
        graph.edges((other, page) for other in needed)
        alt_text += [f'“{title}” needs “{titles[other]}”.' for other in needed]
    svg = svg_to_html(render_dot(graph.source, 'svg').decode(), ' '.join(alt_text))
    return svg.replace('role="img"', 'role="group"', 1)  # an image could hold no links


def put_map(app, doctree, docname):
    """Replace the placeholder by the map."""
    for placeholder in list(doctree.findall(chapter_map)):
        maps = draw(app.env, app.builder, docname) + draw_list(app.env, app.builder, docname)
        placeholder.replace_self(nodes.raw('', maps, format='html'))


def setup(app):
    app.add_node(chapter_map)
    app.add_directive('chapter-map', ChapterMap)
    app.connect('doctree-resolved', put_map)
    return {'version': '1', 'parallel_read_safe': True}
