"""Every page, as it is seen, heard, printed, linked and fetched."""
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from bs4 import BeautifulSoup
from conftest import HTML, PAGES, ROOT, TOOLS, lighthouse, tool
from selenium.webdriver.common.by import By

WIDTHS = 1200, 360  # a desk, a phone
RUN_AXE = "axe.run({resultTypes: ['violations']}).then(found => arguments[0](found.violations))"
COLOURS = RUN_AXE.replace('{', "{runOnly: ['color-contrast', 'link-in-text-block'], ", 1)  # all that a theme changes
WIDTH = 'return document.documentElement.scrollWidth'  # innerWidth grows with it on a phone


def show(browser, url, width):
    """Open a page on a screen of some width, with axe at hand."""
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                            {'width': width, 'height': 800, 'deviceScaleFactor': 1, 'mobile': width < 500})
    browser.get(url)
    browser.execute_script((TOOLS / 'axe-core/axe.min.js').read_text(encoding='utf-8'))


@pytest.mark.parametrize('page', PAGES)
def test_everyone_can_read_the_page(browser, address, page):
    for width, theme in itertools.product(WIDTHS, ('light', 'dark')):
        if theme == 'light':
            show(browser, f'{address}/{page}', width)
        browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        found = browser.execute_async_script(RUN_AXE if theme == 'light' else COLOURS)
        assert not [(each['id'], [node['html'] for node in each['nodes']]) for each in found], (width, theme)
        assert browser.execute_script(WIDTH) <= width, f"wider than {width} pixels"


@pytest.mark.parametrize('page', PAGES)
def test_nothing_is_fetched_from_elsewhere_and_nothing_goes_wrong(browser, address, page):
    for kind in ('browser', 'performance'):
        browser.get_log(kind)  # which empties it
    browser.get(f'{address}/{page}')
    messages = [json.loads(entry['message'])['message'] for entry in browser.get_log('performance')]
    asked = {m['params']['request']['url'] for m in messages if m['method'] == 'Network.requestWillBeSent'}
    assert any(url.startswith(address) for url in asked)
    assert not [url for url in asked if not url.startswith((address, 'data:', 'blob:'))]
    assert not [entry for entry in browser.get_log('browser') if entry['level'] not in ('INFO', 'DEBUG')]


@pytest.mark.parametrize('page', PAGES)
def test_a_first_view_is_small(browser, address, page):
    browser.execute_cdp_cmd('Network.clearBrowserCache', {})
    browser.get_log('performance')  # which empties it
    browser.get(f'{address}/{page}')
    browser.execute_async_script("document.fonts.ready.then(() => setTimeout(arguments[0], 200))")
    messages = [json.loads(entry['message'])['message'] for entry in browser.get_log('performance')]
    params = {kind: [m['params'] for m in messages if m['method'] == f'Network.{kind}']
              for kind in ('requestWillBeSent', 'loadingFinished')}
    fetched = {each['requestId'] for each in params['requestWillBeSent'] if each['request']['url'].startswith(address)}
    sizes = [each['encodedDataLength'] for each in params['loadingFinished'] if each['requestId'] in fetched]
    assert len(sizes) > (5 if page != '404.html' else 0) and sum(sizes) < 200_000


def test_the_words_at_the_end_of_a_chapter_print_it(browser, address):
    browser.get(f'{address}/05-local.html')
    browser.execute_script("window.print = () => { window.printed = true }")
    browser.execute_script("document.querySelector('.downloads button').click()")
    assert browser.execute_script('return window.printed')


@pytest.mark.parametrize('page', PAGES)
def test_every_picture_has_words(page):
    soup = BeautifulSoup((HTML / page).read_text(encoding='utf-8'), 'html.parser')
    for picture in soup.select('article img, article svg[role], article svg:not([aria-hidden])'):
        words = picture.get('alt') or picture.get('aria-label') or ''
        assert len(words) > 10 and not re.search(r'\.(svg|png|jpg)$', words), picture.attrs


def test_what_comes_from_elsewhere_brings_its_licence():
    lab, rest = (HTML / '_static' / folder / 'LICENCES.txt' for folder in ('lab', '.'))
    for name in ('@codemirror/view', '@hpcc-js/wasm-graphviz', 'pyodide'):
        assert re.search(rf'^{name} [0-9.]+: ', lab.read_text(encoding='utf-8'), re.MULTILINE), name
    text = rest.read_text(encoding='utf-8')
    for name in ('sphinx-book-theme', 'pydata-sphinx-theme', 'graphviz', 'tqdm', 'PYTHON SOFTWARE FOUNDATION LICENSE',
                 'Mozilla Public License Version 2.0', 'Font Awesome', 'Eclipse Public License - v 2.0',
                 'SIL OPEN FONT LICENSE Version 1.1', 'Permission is hereby granted, free of charge'):
        assert ' '.join(name.split()) in ' '.join(text.split()), name


def test_html_is_valid():
    rules = Path(__file__).with_name('.htmlvalidate.json')
    status, said = tool(TOOLS / 'html-validate/bin/html-validate.mjs', '--config', rules, '--formatter', 'text', *PAGES)
    assert status == 0, said[-3000:]


def test_no_link_is_broken(address):
    _, said = tool(TOOLS / 'linkinator/build/src/cli.js', *(f'{address}/{page}' for page in PAGES),
                   '--skip', f'^(?!{address})', '--format', 'json', '--check-fragments')
    links = json.loads(said[said.index('{'):])['links']
    assert {f'{address}/{page}' for page in PAGES} <= {link['url'] for link in links}
    assert not [(link.get('parent'), link['url']) for link in links
                if link['state'] == 'BROKEN' and '=' not in link['url'].partition('#')[2]]  # settings of the playground


def test_links_that_set_a_playground_name_its_settings():
    pages = {page: BeautifulSoup((HTML / page).read_text(encoding='utf-8'), 'html.parser') for page in PAGES}
    settings = {control['name'] for control in pages['playground.html'].select('.playground [name]')}
    fragments = [link['href'].partition('#')[2] for page in pages.values() for link in page.select('a[href*="#"]')]
    wanted = [setting for fragment in fragments if '=' in fragment for setting in parse_qsl(fragment)]
    assert len(wanted) > 9 and {name for name, _ in wanted} <= settings
    assert not [value for _, value in wanted if '=' in value]


def test_lighthouse(address):  # its mark for speed is a timing: `make page-speed`
    marks, against = lighthouse(f'{address}/04-blame.html')
    assert marks.items() >= {'accessibility': 100, 'best-practices': 100, 'seo': 100}.items(), (marks, against)


def test_a_build_that_knows_its_address_says_so(browser, tmp_path):
    contents = tmp_path / '_toc.yml'  # of a book of two pages
    contents.write_text('format: jb-book\nroot: notation\nchapters:\n- file: 04-blame.ipynb\n')
    command = [Path(sys.executable).parent / 'jupyter-book', 'build', 'book', '--config', ROOT / '_config.yml',
               '--toc', contents, '--path-output', tmp_path, '-q']
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={
        **os.environ, 'BOOK_URL': 'https://example.org/book/', 'BOOK_REPOSITORY': 'https://github.com/o/n'})
    html = tmp_path / '_build' / 'html'
    assert '<loc>https://example.org/book/04-blame.html</loc>' in (html / 'sitemap.xml').read_text(encoding='utf-8')
    chapter = BeautifulSoup((html / '04-blame.html').read_text(encoding='utf-8'), 'html.parser')
    assert chapter.find('meta', property='og:image')['content'] == 'https://example.org/book/_static/card.png'
    assert chapter.select_one('a[href*="/edit/"]')['href'].endswith('/book/04-blame.md')
    browser.set_window_size(1280, 800)
    browser.get((html / '04-blame.html').as_uri())
    browser.find_element(By.CSS_SELECTOR, '.dropdown-launch-buttons > button').click()
    menu = browser.find_elements(By.CSS_SELECTOR, '.dropdown-launch-buttons .dropdown-menu a')
    assert [link.text for link in menu] == ['Binder', 'Colab'], "a menu opens"
    lost = BeautifulSoup((html / '404.html').read_text(encoding='utf-8'), 'html.parser')
    assert lost.base['href'] == 'https://example.org/book/'
