"""A browser, and the built pages behind an address."""
import contextlib
import functools
import gzip
import http.server
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parents[2]
HTML = ROOT / '_build' / 'html'
NODE = Path(sys.executable).parent / 'node'
TOOLS = Path(os.environ.get('LAB_TOOLS', ROOT / '.venv' / 'page')) / 'node_modules'  # what `make page` installs
PATIENCE = 300  # seconds after which a page that does not answer has failed
# A 404.html that knows its address leads there, and not to this machine.
PAGES = sorted(path.name for path in HTML.glob('*.html') if path.name != '404.html' or not os.environ.get('BOOK_URL'))


@functools.cache
def packed(path):
    """Return a file as it travels: hosts keep it compressed."""
    return gzip.compress(path.read_bytes(), 6)


class Host(http.server.SimpleHTTPRequestHandler):
    """Files, compressed on the way as hosts do, and without a line for each."""

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in ('.html', '.css', '.js', '.svg'):
            return super().send_head()
        if not path.exists():
            return self.send_error(404)
        content = packed(path)
        self.send_response(200)
        for name, value in (('Content-Type', self.guess_type(str(path))), ('Content-Encoding', 'gzip'),
                            ('Content-Length', len(content)), ('Cache-Control', 'max-age=600')):
            self.send_header(name, str(value))
        self.end_headers()
        return io.BytesIO(content)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served():
    """Serve the book in a folder of its server, as on most hosts; give its address."""
    assert (HTML / '_static/lab/page.js').exists(), f"expected a built book in {HTML}: run `make book`"
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(Host, directory=HTML.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}/html'
    server.shutdown()


@pytest.fixture(scope='session')
def address():
    """Where the book is served."""
    with served() as url:
        yield url


def program(*names):
    """Return the path of the first of these programs that is installed."""
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"expected one of the programs {', '.join(names)}: `make browser` installs them"
    return found


def tool(*arguments):
    """Run one of the tools from npm; return how it ended, and what it printed."""
    done = subprocess.run([NODE, *arguments], cwd=HTML, capture_output=True, text=True, check=False,
                          env={**os.environ, 'CHROME_PATH': program('chromium', 'google-chrome', 'chromium-browser')})
    return done.returncode, done.stdout + done.stderr


def lighthouse(url):
    """Return the marks that Lighthouse gives a page, by category, 0 to 100, and the titles of what it finds wrong."""
    _, said = tool(TOOLS / 'lighthouse/cli/index.js', url, '--quiet', '--output=json',
                   '--chrome-flags=--headless --no-sandbox --disable-gpu')
    assert said.startswith('{'), said
    report, _ = json.JSONDecoder().raw_decode(said)
    return ({name: round(100 * part['score']) for name, part in report['categories'].items()},
            [audit['title'] for audit in report['audits'].values() if audit['score'] == 0])


class Chromium(webdriver.Chrome):
    """A Chromium whose `get` ends when the page is loaded: while the page before still was, it came too soon."""

    def get(self, url):
        wait = WebDriverWait(self, PATIENCE, 0.02)
        wait.until(lambda _: self.leave())
        super().get(url)
        page = url.partition('#')[0]
        wait.until(lambda _: self.execute_script(
            "return document.readyState === 'complete' && location.href.startsWith(arguments[0])"
            " && !('again' in document.documentElement.dataset)", page))  # about to load itself once more

    def leave(self):
        """Leave the page before, and return whether that is done: a page that it was on its way to can come between."""
        super().get('about:blank')
        return self.execute_script("return location.href === 'about:blank'")


@contextlib.contextmanager
def chromium():
    """A headless Chromium that asks nobody anything, and keeps what its pages ask for and complain about."""
    options = webdriver.ChromeOptions()
    options.binary_location = program('chromium', 'google-chrome', 'chromium-browser')
    for flag in ('headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-component-update',
                 'disable-background-networking', 'disable-sync', 'force-prefers-reduced-motion',
                 'disable-back-forward-cache'):  # in which pages that were left go on starting Python
        options.add_argument(f'--{flag}')
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
    driver = Chromium(options, webdriver.ChromeService(program('chromedriver')))
    driver.set_script_timeout(PATIENCE)
    driver.command_executor.client_config.timeout = PATIENCE
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope='session')
def browser():
    """The browser of all tests."""
    with chromium() as driver:
        yield driver
