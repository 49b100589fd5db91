"""Sphinx: what e-readers ask for and browsers forgive: XML, links inside the book, a list of what each page has."""
import re

from bs4 import BeautifulSoup

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
IN_SVG = 'viewBox|preserveAspectRatio|textLength|lengthAdjust|clipPath|linearGradient|gradientTransform|gradientUnits'
CAPITALS = {name.lower(): name for name in IN_SVG.split('|')}
NAME = re.compile(rf'(?<=[\s</])({IN_SVG})(?=[\s=>])', re.IGNORECASE)
STYLE = 'displaystyle', 'scriptlevel'  # which EPUB wants on an element of their own
DIGIT = re.compile(r'((?:id|href)="#?|url\(#)(?=\d)')  # with which no name in XML begins
FILE = re.compile(r'@font-face *\{[^}]*url\((?!data:)[^}]*\}')  # a font for pictures that are loaded by themselves
SPACES = re.compile(r'\s+xmlns(:xlink)?="[^"]*"')


def as_xml(html):
    """Return a page with the capitals that SVG has and HTML does not know, and with what makes it SVG."""
    html = NAME.sub(lambda name: CAPITALS[name[1].lower()], html)
    return re.sub(r'<svg([^>]*)', lambda tag: f'<svg {SVG}{SPACES.sub("", tag[1])}', html)


def fit(html, pages):
    """Return a page that leads nowhere outside of the e-book, and whose formulas are those of EPUB."""
    page = BeautifulSoup(html, 'html.parser')
    for style in page.select('link[href*="/mystnb."]'):  # which is written when the e-book is packed
        style.decompose()
    for part in page.select('math [displaystyle]:not(mstyle, mtable)'):
        part.wrap(page.new_tag('mstyle', attrs={name: part.attrs.pop(name) for name in STYLE if part.has_attr(name)}))
    for link in page.select('a[href], a[xlink\\:href]'):
        name = 'href' if link.has_attr('href') else 'xlink:href'
        target, mark, place = link[name].partition('#')
        if '=' in place or '?' in target:
            link.unwrap()  # what only a browser can show
        elif target.removesuffix('.html') in pages and target.endswith('.html'):
            link[name] = f'{target.removesuffix(".html")}.xhtml{mark}{place}'
    return str(page)


def properties(xhtml):
    """Return what a page has to be declared for: 'mathml svg'."""
    return ' '.join(name for name, element in (('mathml', '<math'), ('svg', '<svg')) if element in xhtml)


def begin(app):
    """Write each page as XML, and declare what is in it before all is packed."""
    if app.builder.name != 'epub':
        return
    render, pack = app.builder.templates.render, app.builder.build_epub

    def render_as_xml(template, context):
        return as_xml(fit(render(template, context), app.env.found_docs))

    def declare_and_pack():
        for picture in app.outdir.rglob('*.svg'):
            text = picture.read_text(encoding='utf-8')
            picture.write_text(DIGIT.sub(r'\1_', text), encoding='utf-8')
        fonts = app.outdir / '_static' / 'fonts.css'
        fonts.write_text(FILE.sub('', fonts.read_text(encoding='utf-8')), encoding='utf-8')
        contents = app.outdir / 'content.opf'
        declared = re.sub(r'href="([\w-]+\.xhtml)" media-type="application/xhtml\+xml" />', lambda item: item[0][:-2]
                          + f'properties="{properties((app.outdir / item[1]).read_text(encoding="utf-8"))}"/>',
                          contents.read_text(encoding='utf-8'))
        contents.write_text(declared.replace(' properties=""', ''), encoding='utf-8')
        pack()
    app.builder.templates.render, app.builder.build_epub = render_as_xml, declare_and_pack


def setup(app):
    app.connect('builder-inited', begin, priority=600)  # when the theme's fixes are in place
    return {'version': '1', 'parallel_read_safe': True, 'parallel_write_safe': True}
