"""Sphinx: what terms, questions and citations say, for the previews of links to them.

Each page that explains any of them has a script of its own in _static/previews, which the page that links there loads
when it is first wanted: {id: HTML}. A page that was opened as a file may load nothing but scripts.
"""
import json
import re

from bs4 import BeautifulSoup
from theme_fixes import is_for_browsers

LENGTH = 400  # letters, after which a preview ends with the paragraph


def meaning(target):
    """Return the title, None if it has none, and the blocks of HTML that say what a link to `target` leads to."""
    if target.name == 'dt':
        return None, target.find_next_sibling('dd').find_all(True, recursive=False)
    if target.name == 'details':
        return target.select_one('.sd-summary-text'), target.select('.sd-summary-content > *')
    if target.name == 'span':  # before the heading of a section
        heading = target.find_next_sibling(re.compile('h[1-6]'))
        return heading, heading.find_next_siblings('p')
    if target.name == 'p':
        return None, [target]
    return target.select_one('.admonition-title'), target.select('p:not(.admonition-title)')


def preview(target):
    """Return what a link to `target` leads to as HTML without links: as much of it as can be read at a glance."""
    (title, blocks), shown = meaning(target), []
    while blocks and sum(len(block.get_text()) for block in shown) < LENGTH:
        shown.append(blocks.pop(0))
    if title:
        shown.insert(0, f'<p><strong>{title.decode_contents()}</strong></p>')
    html = BeautifulSoup(''.join(map(str, shown)) + ('<p>…</p>' if blocks else ''), 'html.parser')
    for link in html.select('a'):
        link.decompose() if 'headerlink' in link.get('class', ()) else link.unwrap()
    for inner in html.select('[id], [tabindex]'):
        del inner['id'], inner['tabindex']
    return str(html)


def write_previews(app, pagename, templatename, context, doctree):
    """Write what a page explains."""
    body = context.get('body', '')
    if is_for_browsers(app) and re.search(r'id="(term|q)-|class="citation"', body):
        places = BeautifulSoup(body, 'html.parser').select('dt[id^="term-"], [id^="q-"]:not(section), .citation[id]')
        found = {place['id']: preview(place) for place in places if meaning(place)[1]}
        folder = app.outdir / '_static' / 'previews'
        folder.mkdir(parents=True, exist_ok=True)
        script = f'previews[{json.dumps(pagename)}] = {json.dumps(found, ensure_ascii=False)}\n'
        (folder / f'{pagename}.js').write_text(script, encoding='utf-8')


def setup(app):
    app.connect('html-page-context', write_previews)
    return {'version': '1', 'parallel_read_safe': True, 'parallel_write_safe': True}
