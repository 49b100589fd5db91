"""Sphinx: what the theme leaves undone, mended in each page as it is written.

For those who hear the page, for the browser's console, for those who must know that no page can call home, and for
search engines and those who share a link. BOOK_URL (https://host/path/) brings what needs the book's own address.
"""
import os
import re
from base64 import b64encode
from hashlib import sha256

from bs4 import BeautifulSoup

ADDRESS = os.environ.get('BOOK_URL', '').rstrip('/')
TITLE = 'micrograd, the book that is its own library'
SUMMARY = ('A book of notebooks in which you build micrograd line by line: a scalar-valued autograd engine, and a small '
           'neural-network library on top of it.')


def names(page):
    """Let buttons be called what they say, and let all content stand in a landmark."""
    for button in page.select('.search-button-field, .theme-switch-button'):
        del button['aria-label']
        if not button.get_text(strip=True):
            button['aria-label'] = 'Search'
    for button in page.select('.theme-switch-button'):
        button['aria-label'] = 'Color mode'
        for icon in button.find_all(['i', 'span', 'svg']):
            icon['aria-hidden'] = 'true'
            icon.attrs.pop('title', None)
    for entry in page.select('[role="doc-biblioentry"]'):
        entry['role'] = 'listitem'  # the older role is deprecated
    for sidebar in page.select('#pst-primary-sidebar'):
        sidebar['role'], sidebar['aria-label'] = 'complementary', 'Sidebar'


# Thebe wants a server elsewhere; folds and tabs that this book has not; icons as scripts weigh 1.5 MB, and are a font too.
SUPERFLUOUS = r'thebe|requestKernel|kernelName|toggle(button|Hint|Open)|design-tabs|fontawesome\.js|_OPTIONS\.(page|search)'
OF_SEARCH = r'searchtools|language_data|searchindex'


def scripts(page, pagename):
    """Leave out what is not used or stands twice, let no script hold up the page, and no handler stand in the HTML."""
    superfluous = SUPERFLUOUS if pagename == 'search' else f'{SUPERFLUOUS}|{OF_SEARCH}'
    seen = set()
    for tag in page.head.find_all(['script', 'meta']) + page.body.find_all('script'):
        if re.search(superfluous, tag.get_text() + tag.get('src', '')) or str(tag) in seen:
            tag.decompose()
            continue
        seen.add(str(tag))
        if tag.get('src'):
            tag['defer'] = ''
    for link in page.select('link[href*="togglebutton"], link[href*="thebe"], link[rel="preload"]'):
        link.decompose()
    for link in page.select('link[href*="styles/theme.css"]'):
        link['href'] = re.sub(r'styles/theme\.css.*', 'basic.css', link['href'])  # which is all that it imports
    for button in page.select('[onclick]'):
        button['data-does'] = button['onclick'].rstrip('()')
        del button['onclick']


def edit(page):
    """Let "edit this page" lead to the text that authors edit, beside the notebook."""
    for link in page.select('a[href*="/edit/"]'):
        link['href'] = re.sub(r'\.ipynb$', '.md', link['href'])


def address_of(pagename):
    """Return the address of a page; '' in a build that does not know its own."""
    return f'{ADDRESS}/{pagename}.html' if ADDRESS else ''


def meta(page, pagename):
    """Say in the head what the page is, to search engines and to those who share a link."""
    first = page.select_one('article p:not([class]), article section > p')
    words = ' '.join(first.get_text().split())[:160] if first and first.get_text(strip=True) else SUMMARY
    image = f'{ADDRESS}/_static/card.png'.lstrip('/')
    card = {'og:title': page.title.get_text(), 'og:description': words, 'og:type': 'article', 'og:site_name': TITLE,
            'og:image': image}
    if ADDRESS:
        card['og:url'] = address_of(pagename)
        page.head.append(page.new_tag('link', rel='canonical', href=address_of(pagename)))
    for name, content in card.items():
        page.head.append(page.new_tag('meta', property=name, content=content))
    for name, content in {'description': words, 'twitter:card': 'summary_large_image'}.items():
        page.head.append(page.new_tag('meta', attrs={'name': name, 'content': content}))


def policy(page):
    """Let the browser refuse whatever does not come with the book.

    Scripts: the book's files, those that stand in this page (by their hash), and WebAssembly. data: and blob: are what
    the lab unpacks in the page itself. Addresses of other machines occur nowhere.
    """
    hashes = [b64encode(sha256(script.string.encode()).digest()).decode()
              for script in page.find_all('script', src=False) if script.string]
    rules = ["default-src 'self' data:", "style-src 'self' 'unsafe-inline'",
             "script-src 'self' blob: 'wasm-unsafe-eval' " + ' '.join(f"'sha256-{each}'" for each in hashes),
             "worker-src data:", "connect-src 'self' data:", "base-uri 'self'", "object-src 'none'"]
    charset = page.head.find('meta', charset=True)
    charset.insert_after(page.new_tag('meta', attrs={'http-equiv': 'Content-Security-Policy', 'content': '; '.join(rules)}))


def mended(html, pagename):
    """Return the HTML of a page, mended."""
    page = BeautifulSoup(html, 'html.parser')
    names(page)
    scripts(page, pagename)
    edit(page)
    meta(page, pagename)
    policy(page)
    return str(page)


def mend_what_is_rendered(app):
    """Mend each page where it is rendered, so that it happens once to each."""
    if app.builder.format != 'html':
        return
    render = app.builder.templates.render

    def render_and_mend(template, context):
        html = render(template, context)
        return mended(html, context['pagename']) if '<body' in html else html
    app.builder.templates.render = render_and_mend


def write_what_needs_the_address(app, error):
    """In builds that know it: the list of all pages, and links that lead home from any address that is wrong."""
    if ADDRESS and not error:
        lost = app.outdir / '404.html'
        lost.write_text(lost.read_text('utf-8').replace('<title>', f'<base href="{ADDRESS}/">\n<title>'), 'utf-8')
        places = ''.join(f'<url><loc>{address_of(page)}</loc></url>\n' for page in sorted(app.env.found_docs))
        head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        (app.outdir / 'sitemap.xml').write_text(f'{head}{places}</urlset>\n', encoding='utf-8')


def setup(app):
    app.connect('builder-inited', mend_what_is_rendered)
    app.connect('build-finished', write_what_needs_the_address)
    return {'version': '1', 'parallel_read_safe': True}
