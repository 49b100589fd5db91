"""The book for e-readers: XML, with pictures, and links that lead to its pages."""
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
TOC = 'format: jb-book\nroot: index\nchapters:\n- file: 02-memory.ipynb\n- file: 14-letters.ipynb\n- file: library\n'
HTML, SVG = '{http://www.w3.org/1999/xhtml}', '{http://www.w3.org/2000/svg}'


@pytest.fixture(scope='module')
def pages(tmp_path_factory):
    """What a book of a few pages has in it, {name: its XML}."""
    folder = tmp_path_factory.mktemp('ebook')
    (folder / '_toc.yml').write_text(TOC)
    command = [Path(sys.executable).parent / 'jupyter-book', 'build', 'book', '--config', ROOT / '_config.yml',
               '--toc', folder / '_toc.yml', '--path-output', folder, '--builder', 'custom', '--custom-builder', 'epub']
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env={
        **os.environ, 'SOURCE_DATE_EPOCH': '315532800'})
    assert made.returncode == 0, made.stderr
    with ZipFile(folder / '_build' / 'epub' / 'micrograd.epub') as book:
        return {name: ElementTree.fromstring(book.read(name)) for name in book.namelist()
                if name.endswith(('.xhtml', '.opf', '.svg'))}


def test_pictures_are_pictures(pages):
    svgs = list(pages['14-letters.xhtml'].iter(f'{SVG}svg'))
    assert len(svgs) > 2 and all(svg.get('viewBox') or svg.get('height') == '0' for svg in svgs)
    assert not list(pages['14-letters.xhtml'].iter(f'{HTML}svg'))


def test_links_lead_to_pages_and_pictures_of_the_book(pages):
    for name, page in pages.items():
        targets = [element.get(kind) for element in page.iter() for kind in ('href', 'src') if element.get(kind)]
        for target in targets if name.endswith('.xhtml') else []:
            path = target.partition('#')[0]
            assert not path.endswith('.html') or '://' in path or not (ROOT / 'book' / path).exists(), (name, target)
    library = [link.get('href') for link in pages['library.xhtml'].iter(f'{HTML}a')]
    assert sum(link.startswith('02-memory.xhtml#') for link in library) > 3


def test_what_a_page_has_is_declared(pages):
    declared = {item.get('href'): (item.get('properties') or '').split() for item in pages['content.opf'].iter()
                if item.tag.endswith('}item')}
    for name, page in pages.items():
        if name.endswith('.xhtml') and name != 'nav.xhtml':
            has = [kind for kind, tag in (('mathml', r'\}math$'), ('svg', r'\}svg$'))
                   if any(re.search(tag, element.tag) for element in page.iter())]
            assert declared[name] == has, name
