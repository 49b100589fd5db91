"""Sphinx: what needs to know an address: that of the book's repository, and that of the book.

BOOK_REPOSITORY (https://host/owner/name) and BOOK_BRANCH (main) bring the source button, "edit this page" and the
launch buttons for Binder and Colab. BOOK_URL (https://host/path/) brings what search engines and previews need.
Without them no page points anywhere outside the book.
"""
import os
from html import escape

from docutils import nodes

ADDRESS = os.environ.get('BOOK_URL', '').rstrip('/')
SUMMARY = ('A book of notebooks in which you build micrograd line by line: a scalar-valued autograd engine, and a '
           'small neural-network library on top of it.')


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


def setup(app):
    app.connect('config-inited', add_addresses)
    app.connect('html-page-context', describe_page)
    app.connect('build-finished', write_sitemap)
    return {'version': '2', 'parallel_read_safe': True}
