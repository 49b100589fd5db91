"""Pictures of graphs in a page: from left to right, and for narrow screens top-down."""
import re
from html import unescape

from micrograd.drawing import DOT, render_dot, svg_to_html

COLUMN = 330  # points: wider ones a phone shows in letters of less than 13 pixels
MAX_EDGES = 100  # of a graph that is drawn again: a larger one fits no phone
PICTURE = re.compile(r'<div class="micrograd-picture".*?</svg></div>', re.DOTALL)
GRAPH = re.compile(r'^digraph .*?^}', re.DOTALL | re.MULTILINE)
ARROW = re.compile(r'^(\tv\w+ -> v\w+)\n')
LABEL_OF_A_RECORD = re.compile(r'label="((?:[^"\\]|\\.)*)"(?= color="[^"]*" shape=r)')


def page_html(forms):
    """Return the HTML of an output, given all its forms, for a page that may be narrow.

    Behind each picture of a graph stands the same graph top-down, of class `narrow`, if
    that is narrower and the picture is wider than a phone.
    """
    html, graphs = forms.get('text/html'), GRAPH.findall(forms.get(DOT, ''))
    if not graphs:
        return html
    return PICTURE.sub(lambda picture: picture[0] + narrow(picture[0], graphs.pop(0)), html)


def narrow(picture, source):
    """Return the graph `source` top-down, with the words of its picture, '' if in vain."""
    edges = source.count('->')
    if 'rankdir=LR' not in source or edges > MAX_EDGES or width(picture) <= COLUMN:
        return ''
    words = unescape(re.search('aria-label="(.*?)"', picture)[1])
    other = svg_to_html(render_dot(top_down(source), 'svg').decode(), words)
    named = other.replace('micrograd-picture', 'micrograd-picture narrow', 1)
    return named if width(other) < width(picture) else ''


def width(picture):
    """Return the width with which a picture was drawn, in points."""
    return float(re.search(r'--natural: ([\d.]+)', picture)[1])


def top_down(source):
    """Return a graph that runs from left to right top-down, with the same boxes.

    Records turn with the graph, and braces turn them back.
    """
    source = source.replace('rankdir=LR', 'rankdir=TB', 1)
    return LABEL_OF_A_RECORD.sub(r'label="{\1}"', source)


def mark_arrows(drawing, looks):
    """Give each arrow of a graph attributes, as text, in the order of draw_dot.

    First come the arrows from operations to results, then those from inputs.
    """
    looks = iter(looks)
    drawing.body = [ARROW.sub(lambda arrow: f'{arrow[1]} [{next(looks)}]\n', line)
                    for line in drawing.body]
