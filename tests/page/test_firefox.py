"""One chapter in Firefox, by Marionette, which is in every Firefox: Debian has no driver for it."""
import json
import shutil
import socket
import subprocess
import time

import pytest
from conftest import HTML, PATIENCE
from test_lab import RUN_EACH, cells, words


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as server:
        return server.getsockname()[1]


class Firefox:
    """A headless Firefox that takes commands: each is a list in JSON, with its length before it."""

    def __init__(self, program, profile):
        port = free_port()
        (profile / 'user.js').write_text(f'user_pref("marionette.port", {port});\n')
        self.process = subprocess.Popen([program, '--headless', '--marionette', '--no-remote', '--profile', profile],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.connection = self.connect(port)
            self.answers = self.connection.makefile('rb')
            self.read()  # its greeting
            self('NewSession')
            self('SetTimeouts', script=1000 * PATIENCE)
        except BaseException:
            self.process.kill()
            raise

    def connect(self, port):
        for _ in range(240):
            try:
                return socket.create_connection(('127.0.0.1', port), PATIENCE)
            except OSError:
                time.sleep(0.25)
        raise AssertionError("expected Firefox to listen within a minute")

    def read(self):
        length = b''
        while (letter := self.answers.read(1)) != b':':
            assert letter, "Firefox ended"
            length += letter
        return json.loads(self.answers.read(int(length)))

    def __call__(self, command, **what):
        message = json.dumps([0, 1, f'WebDriver:{command}', what]).encode()
        self.connection.sendall(b'%d:%s' % (len(message), message))
        _, _, error, result = self.read()
        assert not error, error
        return result and result.get('value')


@pytest.fixture
def firefox(tmp_path):
    program = shutil.which('firefox-esr') or shutil.which('firefox')
    if not program:
        pytest.skip("expected Firefox (Debian: firefox-esr), to run a chapter in it, too")
    browser = Firefox(program, tmp_path)
    yield browser
    browser.process.terminate()
    browser.process.wait()


def test_a_chapter_runs_in_firefox(firefox, address):
    firefox('Navigate', url=f'{address}/05-local.html')
    book = cells((HTML / '05-local.html').read_text(encoding='utf-8'))  # as it was built
    ends = firefox('ExecuteAsyncScript', script=RUN_EACH, args=[])
    page = cells(firefox('GetPageSource'))
    assert len(ends) == len(book) == len(page) > 3
    for number, (stored, live, end) in enumerate(zip(book, page, ends), 1):
        assert end == ('error' if 'tag_raises-exception' in live['class'] else 'done'), f"cell {number}: {end}"
        assert words(live) == words(stored), f"cell {number}"


CHANGE_A_NUMBER = """
const done = arguments[0]
const until = async test => { while (!test()) await new Promise(wait => setTimeout(wait, 20)) }
const results = () => [...document.querySelectorAll('.live-graph .v0')].map(
  box => box.querySelector('text').textContent)
;(async () => {
  document.querySelector('.live button').click()
  await until(() => document.querySelector('.live-leaf'))
  const field = document.querySelector('.live-leaf input[type=text]'), before = String(results())
  field.value = '1000.5'
  field.dispatchEvent(new Event('input'))
  await until(() => String(results()) !== before)
  done(results())
})()
"""


def test_both_layouts_of_a_graph_change_in_firefox(firefox, address):
    firefox('Navigate', url=f'{address}/00-tour.html')
    assert firefox('ExecuteAsyncScript', script=CHANGE_A_NUMBER, args=[]) == ['data 998999.2500'] * 2
