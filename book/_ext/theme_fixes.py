"""Sphinx: what the theme, and Sphinx itself, do not do as this book needs it.

Each page is changed when it is rendered: for screen readers, for the browser's console, and so that no page can send
anything elsewhere. Formulas need no script; of the theme's styles only those stay that occur; and the same book has
the same bytes in every folder.
"""
import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from itertools import groupby, pairwise
from pathlib import Path
from types import SimpleNamespace

import tinycss2
from bs4 import BeautifulSoup, NavigableString
from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from lab import LAB
from sphinx.builders.html import BuildInfo
from sphinx.util.logging import getLogger

logger = getLogger(__name__)
BOOK = Path(__file__).parents[1]


def name_controls(page):
    """Name buttons by their text, and put all content inside landmarks."""
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


def name_folds(page):
    """Name a folded cell by its own title, such as "Solution", in place of "Toggle hidden content"."""
    for summary in page.select('summary[aria-label="Toggle hidden content"]'):
        del summary['aria-label']
        for words in summary.select('p.admonition-title'):
            words.name = 'span'  # which may stand in a summary


# Thebe wants a server elsewhere; the book has no such folds and tabs; icons as scripts weigh 1.5 MB, beside a font.
# Slides come when they are asked for: see book.js.
UNUSED = (r'thebe|requestKernel|kernelName|toggle(button|Hint|Open)|design-tabs|fontawesome\.js|slides\.(css|js)|'
          r'_OPTIONS\.(page|search)')
# Scripts and styles that only some pages want: those on which something is selected.
WANTED_BY = {r'searchtools|language_data|searchindex': '#search-results',
             r'bootstrap\.js': '[data-bs-toggle="dropdown"]',
             r'clipboard|copybutton': 'article div[class*=highlight-]:not(.cell *) pre',
             r'summary\.css': '.summary-sheet'}


def remove_scripts(page):
    """Remove unused and repeated scripts, and defer the others."""
    unused = '|'.join([UNUSED, *(script for script, selector in WANTED_BY.items() if not page.select(selector))])
    seen = set()
    for tag in page.head.find_all(['script', 'meta']) + page.body.find_all('script'):
        if re.search(unused, tag.get_text() + tag.get('src', '')) or str(tag) in seen:
            tag.decompose()
            continue
        seen.add(str(tag))
        if tag.get('src'):
            tag['defer'] = ''
    for link in page.select('link[rel="preload"], link[rel="stylesheet"]'):
        if link['rel'] == ['preload'] or re.search(unused, link['href']):
            link.decompose()
    for link in page.select('link[href*="styles/theme.css"]'):
        link['href'] = re.sub(r'styles/theme\.css.*', 'basic.css', link['href'])  # which is all that it imports


def link_to_source(page):
    """Let "edit this page" lead to the `.md` that authors edit, in place of the notebook."""
    for link in page.select('a[href*="/edit/"]'):
        link['href'] = re.sub(r'\.ipynb$', '.md', link['href'])


def name_downloads(page):
    """Replace the theme's icon for downloads by words at the end of the page: as a notebook, as text, on paper."""
    for menu in page.select('.dropdown-download-buttons'):
        links = menu.select('a[href]')
        words = page.new_tag('p', attrs={'class': 'downloads'})
        words.append('This page as ')
        for link in links:
            name = 'a notebook' if link['href'].endswith('.ipynb') else 'text'
            words.extend([page.new_tag('a', attrs={'href': link['href'], 'download': ''}, string=name), ' or '])
        paper = page.new_tag('button', attrs={'type': 'button', 'class': 'print'}, string='on paper')
        words.extend([paper, '.'])
        page.select_one('.bd-footer-content__inner').insert(0, words)
        menu.decompose()


def keep_punctuation(page):
    """Let no line begin with the comma that follows a formula."""
    for formula in page.select('article math:not([display="block"])'):
        after = formula.next_sibling
        mark = re.match(r'[,.;:?!)]+', after) if isinstance(after, NavigableString) else None
        if mark:
            together = formula.wrap(page.new_tag('span', attrs={'class': 'together'}))
            together.append(mark[0])
            after.replace_with(after[mark.end():])


# A busy Chromium can give a page from a file a store that is empty, and gone when the page is left. A page that finds
# nothing there, not even its theme, loads itself once more: then it has what the reader did, and keeps what comes.
STORE = """
if (location.protocol === 'file:' && !localStorage.length
    && performance.getEntriesByType('navigation')[0].type !== 'reload') {
  document.documentElement.dataset.again = ''
  location.reload()
}"""


def look_for_store(page):
    """Have a page see that it has the reader's store, before anything is taken from there."""
    page.head.find('script').insert_before(page.new_tag('script', string=STORE))


FONTS = '1em "Book Serif"', 'italic 1em "Book Serif"', '1em "Book Sans"', '1em "Book Code"', '1em "Book Math"'


def unpack_fonts(page):
    """Have the fonts of the style sheet unpacked while the page is read: lines that are set once do not move."""
    calls = ''.join(f"document.fonts.load('{font}');" for font in FONTS)
    page.head.append(page.new_tag('script', string=calls))


def add_policy(page):
    """Add a policy by which the browser refuses whatever does not come with the book.

    Scripts: the book's files, those that stand in this page (by their hash), and WebAssembly. data: and blob: are what
    the lab unpacks in the page itself. Addresses of other machines occur nowhere.
    """
    hashes = [b64encode(sha256(script.string.encode()).digest()).decode()
              for script in page.find_all('script', src=False) if script.string]
    rules = ["default-src 'self' data:", "style-src 'self' 'unsafe-inline'",
             "script-src 'self' blob: 'wasm-unsafe-eval' " + ' '.join(f"'sha256-{each}'" for each in hashes),
             "worker-src data:", "connect-src 'self' data:", "base-uri 'self'", "object-src 'none'"]
    policy = page.new_tag('meta', attrs={'http-equiv': 'Content-Security-Policy', 'content': '; '.join(rules)})
    page.head.find('meta', charset=True).insert_after(policy)


AND = re.compile(r'(?<=href=")[^"]*')  # where it may stand before a word that is a letter's name: &reg
PLAIN = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')  # names and the like, in the colour that all code has
PICTURE = re.compile(r'<svg\b[^>]* role="img".*?</svg>', re.DOTALL)  # icons have places that no space separates
PLACES = re.compile(r' (?:d|points|x|y|cx|cy|style)="[^"]*"')
NEEDLESS = re.compile(r' transform="rotate\(-?0 [^"]*"|; font-family: [^;"]*')  # which matplotlib writes at every word


def shorten(picture):
    """Return a picture with its places to a tenth of a point, of which matplotlib writes a millionth; styles finer."""
    def rounded(places):
        digits = 2 if places[0].startswith(' style') else 1
        return re.sub(r'\d+\.\d+', lambda number: f'{round(float(number[0]), digits):g}', places[0].replace(' \n', ' '))
    return PLACES.sub(rounded, NEEDLESS.sub('', picture))


def is_for_browsers(app):
    """Return whether these are pages for browsers, and not for an e-reader or for paper by another way."""
    return app.builder.format == 'html' and app.builder.name != 'epub'


def fix_page(html, for_browsers):
    """Return the HTML of a page with all of the fixes above."""
    html = AND.sub(lambda address: re.sub(r'&(?!#?\w+;)', '&amp;', address[0]), PLAIN.sub(r'\1', html))
    html = PICTURE.sub(lambda picture: shorten(picture[0]), html)
    page = BeautifulSoup(html, 'html.parser')
    name_controls(page)
    name_folds(page)
    link_to_source(page)
    name_downloads(page)
    remove_scripts(page)
    keep_punctuation(page)
    if for_browsers:
        look_for_store(page)
        unpack_fonts(page)
    add_policy(page)
    return str(page)


def fix_rendered_pages(app):
    """Fix each page when it is rendered, so that each is fixed once."""
    if app.builder.format == 'html':
        render = app.builder.templates.render

        def render_and_fix(template, context):
            html = render(template, context)
            return fix_page(html, is_for_browsers(app)) if '<body' in html else html
        app.builder.templates.render = render_and_fix


# The name of a function, or a power of it, behind what it stands, and before what: not a bracket, or a sum, or the end.
NAME = r'(?:<mi>\w\w+</mi>\s*<mo>&ApplyFunction;</mo>|<msup>\s*<mi>\w\w+</mi>.*?</msup>)'
BEFORE_NAME = re.compile(fr'(</(?:mi|mn|msup|msub|mfrac)>|\)</mo>)(?=\s*{NAME})', re.DOTALL)
AFTER_NAME = re.compile(fr'({NAME})(?=\s*<(?!/|mo\b|munder))', re.DOTALL)


def mathml(node, **options):
    """Return a formula as MathML, which browsers draw by themselves; as TeX, with a warning, if it has an error.

    Around the name of a function there is a thin space, as TeX has it: n ln a.
    """
    try:
        formula = tex2mathml(node.astext().strip(), **options)
        for place in (BEFORE_NAME, AFTER_NAME):
            formula = place.sub(r'\1<mspace width="0.17em"/>', formula)
        return formula
    except MathError as error:
        logger.warning('%s: %s', error, node.astext(), location=node)
        return escape(node.astext())


def inline_math(translator, node):
    """Write a formula in a line of text."""
    translator.body.append(mathml(node))
    raise nodes.SkipNode


def displayed_math(translator, node):
    """Write a formula on a line of its own, with its number where it has one."""
    number = f'<span class="eqno">({node["number"]})</span>' if node['number'] else ''
    translator.body.append(translator.starttag(node, 'div', CLASS='math', tabindex='0'))
    translator.body.append(mathml(node, as_block=True) + number + '</div>\n')
    raise nodes.SkipNode


THEME = {'basic.css', 'copybutton.css', 'pygments.css', 'pydata-sphinx-theme.css', 'sphinx-book-theme.css',
         'sphinx-design.min.css'}


def keep_used_styles(app, error):
    """Reduce the theme's styles to the rules for what occurs in a page or in a script of one: a tenth of them."""
    if error or not is_for_browsers(app):
        return
    pages = '\n'.join(file.read_text(encoding='utf-8') for file in sorted(app.outdir.glob('*.html')))
    scripts = ((app.outdir / file).read_text(encoding='utf-8')
               for file in sorted(set(re.findall(r'<script[^>]* src="([^"?]*)', pages))))
    sheets = {file: file.read_text(encoding='utf-8') for file in (app.outdir / '_static').rglob('*.css')}
    values = re.findall(r'\b(?:class|id)="([^"]*)"', pages)
    used = {*' '.join(values).split(), *re.findall(r' ([\w-]+)=', pages), *re.findall(r'[\w-]+', '\n'.join(scripts)),
            *re.findall(r'var\(\s*(--[\w-]+)', ''.join(sheets.values()))}
    for file, styles in sheets.items():
        if file.name in THEME or file.name.startswith('mystnb'):
            file.write_text(reduced(tinycss2.parse_stylesheet(styles, True, True), used), encoding='utf-8')


def reduced(rules, used):
    """Return the rules that can apply where only these classes, ids, attributes and variables are used, as text."""
    kept = []
    for rule in rules:
        if rule.type == 'at-rule' and rule.lower_at_keyword in ('media', 'supports'):
            inner = reduced(tinycss2.parse_rule_list(rule.content, True, True), used)
            kept += [f'@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}\n'] if inner else []
        elif rule.type == 'qualified-rule':
            selectors = [tinycss2.serialize(each).strip() for each in split_at_commas(rule.prelude)
                         if used.issuperset(needed_by(each))]
            block = [each.serialize() for each in tinycss2.parse_blocks_contents(rule.content, True, True)
                     if each.type != 'error' and (getattr(each, 'name', '')[:2] != '--' or each.name in used)]
            kept += [f'{",".join(selectors)}{{{";".join(block)}}}\n'] if selectors and block else []
        else:
            kept.append(rule.serialize())
    return ''.join(kept)


def split_at_commas(tokens):
    """Return the selectors of a rule, each as a list of tokens."""
    return [list(group) for is_comma, group in groupby(tokens, lambda token: token == ',') if not is_comma]


def needed_by(selector):
    """Yield the classes, ids and attributes without which a selector matches nothing."""
    for before, token in pairwise([None, *selector]):
        if token.type == 'hash' or (token.type == 'ident' and before == '.'):
            yield token.value
        elif token.type == '[] block':
            yield next(part.value for part in token.content if part.type == 'ident')


def fingerprint(*files):
    """Return a hash of what is in these files, and in the files of these folders."""
    found = [each for file in files for each in (sorted(file.rglob('*.*')) if file.is_dir() else [file])]
    return sha256(b''.join(file.read_bytes() for file in found if file.suffix != '.pyc')).hexdigest()


def note_machinery(app, config):
    """Note what pages are read with, and what they are written with: when that changes, all are, once more.

    The table of contents is in the sidebar of each. Static files are copied when pages are written.
    """
    config.read_with = fingerprint(BOOK / '_ext', Path(app.confdir, config.external_toc_path))
    config.written_with = fingerprint(BOOK / '_static', LAB)


PATHS = 'html_static_path', 'external_toc_path'  # settings that say where the book lies on this machine


def omit_paths(app):
    """Leave paths out of the fingerprint in .buildinfo, by which the next build recognizes its settings."""
    if app.builder.format == 'html':
        settings = [setting for setting in app.config.filter(frozenset({'html'})) if setting.name not in PATHS]
        app.builder.build_info = BuildInfo(SimpleNamespace(filter=lambda _: settings), app.tags)


def setup(app):
    app.add_html_math_renderer('mathml', inline_renderers=(inline_math, None), block_renderers=(displayed_math, None))
    app.add_config_value('read_with', '', 'env')
    app.add_config_value('written_with', '', 'html')
    app.connect('config-inited', note_machinery)
    app.connect('builder-inited', fix_rendered_pages)
    app.connect('builder-inited', omit_paths)
    app.connect('build-finished', keep_used_styles, priority=900)  # the theme's colours of code are there
    return {'version': '1', 'parallel_read_safe': True}
