"""Sphinx: formulas as MathML, which browsers draw by themselves: no script, no fonts to fetch."""
from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def inline_math(translator, node):
    """Write a formula that stands in a line of text."""
    translator.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def displayed_math(translator, node):
    """Write a formula on a line of its own, with its number where it has one."""
    number = f'<span class="eqno">({node["number"]})</span>' if node['number'] else ''
    translator.body.append(translator.starttag(node, 'div', CLASS='math', tabindex='0'))
    translator.body.append(tex2mathml(node.astext().strip(), as_block=True) + number + '</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer('mathml', inline_renderers=(inline_math, None), block_renderers=(displayed_math, None))
    return {'version': '1', 'parallel_read_safe': True}
