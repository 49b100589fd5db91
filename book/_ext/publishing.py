"""Sphinx: what a book needs to be published: its addresses, and the licences of what comes with it from elsewhere.

BOOK_REPOSITORY (https://host/owner/name) and BOOK_BRANCH (main) bring the source button, "edit this page" and the
launch buttons for Binder and Colab. BOOK_URL (https://host/path/) brings what search engines and previews need.
Without them no page points anywhere outside the book.

The licences, in _static/LICENCES.txt, are those of the theme, its fonts and Python's wheels; what comes from npm is
listed by the lab, in _static/lab/LICENCES.txt.
"""
import json
import os
import re
from html import escape
from importlib.metadata import distribution
from pathlib import Path

from docutils import nodes

ADDRESS = os.environ.get('BOOK_URL', '').rstrip('/')
SUMMARY = ('A book of notebooks in which you build micrograd line by line: a scalar-valued autograd engine, and a '
           'small neural-network library on top of it.')
PARTS = json.loads((Path(__file__).parents[1] / '_lab' / 'parts.json').read_text(encoding='utf-8'))
IN_THE_LAB = [name for name in PARTS['wheels'] if name != 'micrograd_book']
# Whose files lie in _static, or are packed into _static/lab.
PACKAGES = ('Sphinx', 'pydata-sphinx-theme', 'sphinx-book-theme', 'sphinx-copybutton', 'sphinx-design', 'myst-nb',
            'pygments', *IN_THE_LAB)
# What comes without the text of its licence, and a package under the same licence, which brings it.
SAME_LICENCE = {'PSF-2.0, of CPython and its library (inside pyodide)': 'typing_extensions',
                'MPL-2.0, of pyodide': 'hypothesis'}
INSIDE = """Inside pydata-sphinx-theme: Bootstrap, MIT, and Font Awesome Free by Fonticons, Inc.: its icons CC BY 4.0
(creativecommons.org/licenses/by/4.0), its fonts SIL OFL 1.1, its code MIT. Inside sphinx-copybutton: clipboard.js, MIT.
In fonts.css and fonts, cut down and renamed, under SIL OFL 1.1: Source Serif 4, Source Sans 3 and Source Code Pro
((c) Adobe), STIX Two Math ((c) the STIX Fonts Project Authors), Arimo ((c) the Arimo Project Authors), Font Awesome.
The terms of MIT are those of the packages below that are under it. Inside @hpcc-js/wasm-graphviz: Graphviz, EPL-2.0."""
TEXTS = sorted((Path(__file__).parent / 'licences').glob('*.txt'))  # that no package here brings in every Python
RULE = '\n\n' + '-' * 72 + '\n\n'


def add_addresses(app, config):
    """Pass the addresses to the theme."""
    repository = os.environ.get('BOOK_REPOSITORY')
    if ADDRESS:
        config.html_baseurl = f'{ADDRESS}/'
    if repository:
        config.html_theme_options.update({
            'repository_url': repository,
            'repository_branch': os.environ.get('BOOK_BRANCH', 'main'),
            'path_to_docs': 'book',
            'use_repository_button': True,
            'use_edit_page_button': True,
            'launch_buttons': {'binderhub_url': 'https://mybinder.org', 'colab_url': 'https://colab.research.google.com',
                               'notebook_interface': 'jupyterlab'},
        })


def summary(doctree):
    """Return the beginning of a page's first paragraph; of a page without one, what the book is."""
    paragraphs = doctree.findall(nodes.paragraph) if doctree else ()
    first = next((paragraph.astext() for paragraph in paragraphs if not paragraph['classes']), SUMMARY)
    return ' '.join(first.split())[:160]


def describe_page(app, pagename, templatename, context, doctree):
    """Describe the page in its head, for search engines and for previews of links."""
    words, book = summary(doctree), app.config.html_title or app.config.project
    card = {'og:title': nodes.unescape(context.get('title', book)), 'og:description': words, 'og:type': 'article',
            'og:site_name': book, 'og:image': f'{ADDRESS}/_static/card.png'.lstrip('/')}
    if ADDRESS:
        card['og:url'] = f'{ADDRESS}/{pagename}.html'
    tags = [('property', *item) for item in card.items()]
    tags += [('name', 'description', words), ('name', 'twitter:card', 'summary_large_image')]
    context['metatags'] = context.get('metatags', '') + ''.join(
        f'<meta {kind}="{name}" content="{escape(content)}" />\n' for kind, name, content in tags)


def write_sitemap(app, error):
    """In builds that know the address: write the list of all pages, and let 404.html work at any address."""
    if ADDRESS and not error:
        lost = app.outdir / '404.html'
        lost.write_text(lost.read_text('utf-8').replace('<title>', f'<base href="{ADDRESS}/">\n<title>'), 'utf-8')
        places = ''.join(f'<url><loc>{ADDRESS}/{page}.html</loc></url>\n' for page in sorted(app.env.found_docs))
        head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        (app.outdir / 'sitemap.xml').write_text(f'{head}{places}</urlset>\n', encoding='utf-8')


def licence(name):
    """Return name, version and the text of the licence of an installed package. AssertionError if it has none."""
    package = distribution(name)
    files = [file for file in package.files if re.fullmatch(r'(licen[cs]e|copying)([.-].*)?', file.name, re.IGNORECASE)
             and '.dist-info' in str(file)]
    texts = [file.locate().read_text(encoding='utf-8') for file in files]
    assert texts, f"expected {name} to bring the text of its licence"
    return RULE.join([f'{name} {package.version}', *texts])


def write_licences(app, error):
    """Write _static/LICENCES.txt."""
    if not error and app.builder.format == 'html':
        same = [f'{what}, as {name} brings it{RULE}{licence(name)}' for what, name in SAME_LICENCE.items()]
        parts = ["What comes with the pages from elsewhere, and under which licences.", INSIDE,
                 *map(licence, PACKAGES), *same, *(path.read_text(encoding='utf-8') for path in TEXTS)]
        (app.outdir / '_static' / 'LICENCES.txt').write_text(RULE.join(parts) + '\n', encoding='utf-8')


def setup(app):
    app.connect('config-inited', add_addresses)
    app.connect('html-page-context', describe_page)
    app.connect('build-finished', write_sitemap)
    app.connect('build-finished', write_licences)
    return {'version': '1', 'parallel_read_safe': True}
