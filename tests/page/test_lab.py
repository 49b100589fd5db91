"""Every cell of every chapter, run in the page: what comes must be what the book shows."""
import json

import pytest
import weave
from bs4 import BeautifulSoup
from conftest import HTML, PATIENCE
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

SINCE_3_14 = ' and no __dict__ for setting new attributes'  # in the words of an AttributeError
CHAPTERS = [path.stem for path in weave.chapters()]
SLOW = {'12-moons'}  # a minute in the page

# Runs the cells one after the other, as a reader would who clicks on each, and waits for it.
RUN_EACH = """
const done = arguments[0]
const cells = [...document.querySelectorAll('div.cell:has(.lab-bar):not(.lab-scratch)')]
const over = cell => !['waiting', 'running'].includes(cell.dataset.state)
;(async () => {
  for (const cell of cells) {
    const button = cell.querySelector('.lab-run')  // an answer has none: it runs with its check
    button?.click()
    while (!over(cell)) await new Promise(wait => setTimeout(wait, 5))
    if (cell.dataset.state === 'broken') break
  }
  done(cells.map(cell => cell.dataset.state))
})()
"""


def cells(html):
    """Return the code cells of a page."""
    found = BeautifulSoup(html, 'html.parser').select('div.cell:not(.lab-scratch)')
    return [cell for cell in found if cell.select('.cell_input pre')]


def words(cell):
    """Return what the output of a cell says: printed lines, values, the words of pictures, the end of an error."""
    said = []
    shown = cell.select_one('.cell_output')  # what the check of an empty answer said stays in its fold
    for output in shown.select(':scope > .output:not(.stderr)') if shown else []:
        if 'text_html' in output['class']:
            said += [svg['aria-label'] for svg in output.select('svg[aria-label]')]
            said += [caption.get_text() for caption in output.select('figcaption')]
            said += [sorted(text.get_text() for text in graph.select('text')) for graph in output.select('svg g.graph')]
        elif 'traceback' in output['class']:
            said.append(output.pre.get_text().strip().splitlines()[-1])
        else:
            said.append(output.pre.get_text().strip('\n').replace(SINCE_3_14, ''))
    return said


def open_with_cells(browser, url):
    """Open a page, and return its cells when they are there: a busy machine is late with them."""
    browser.get(url)
    return WebDriverWait(browser, PATIENCE).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, 'html[data-lab] div.cell:has(.lab-bar):not(.lab-scratch)'))


@pytest.mark.parametrize('chapter', [
    pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in CHAPTERS])
def test_every_cell_says_in_the_page_what_the_book_says(browser, address, chapter):
    open_with_cells(browser, f'{address}/{chapter}.html')
    book = cells((HTML / f'{chapter}.html').read_text(encoding='utf-8'))  # as it was built
    ends = browser.execute_async_script(RUN_EACH)
    page = cells(browser.page_source)
    assert len(ends) == len(book) == len(page) > 3
    for number, (stored, live, end) in enumerate(zip(book, page, ends), 1):
        ways = ['error'] if 'tag_raises-exception' in live['class'] else ['done', 'missing']
        assert end in ways, f"cell {number}: {end}: {words(live)}"
        assert words(live) == words(stored), f"cell {number}"


class Page:
    """A page with its cells, as a reader uses it."""

    def __init__(self, browser, url):
        self.browser = browser
        self.cells = open_with_cells(browser, url)

    def click(self, cell, words):
        """Press a button of a cell."""
        self.browser.execute_script(
            "[...arguments[0].querySelectorAll('.lab-bar button')].find(b => b.textContent === arguments[1]).click()",
            cell, words)

    def press(self, words):
        """Press a button of the page."""
        self.browser.execute_script(
            "[...document.querySelectorAll('.lab-page button')].find(b => b.textContent === arguments[0]).click()",
            words)

    def wait(self, cell, *states):
        """Wait until a cell is in one of these states."""
        WebDriverWait(self.browser, PATIENCE, 0.02).until(lambda _: cell.get_attribute('data-state') in states)

    def run(self, cell):
        """Run a cell, or check an answer; return the text of the output."""
        self.click(cell, 'Check' if 'lab-checks' in cell.get_attribute('class') else 'Run')
        self.wait(cell, 'done', 'error', 'missing', 'skipped', 'overflow')
        return self.output(cell)

    def finish(self):
        """Wait until the page has run all that it was asked to run."""
        idle = "return !document.querySelector('.lab-page.lab-running, [data-state=waiting], [data-state=running]')"
        WebDriverWait(self.browser, PATIENCE, 0.02).until(lambda _: self.browser.execute_script(idle))

    def status(self, cell):
        """Return what is said below a cell."""
        return cell.find_element(By.CSS_SELECTOR, '.lab-status').get_attribute('textContent')

    def output(self, cell):
        return self.browser.execute_script("return arguments[0].querySelector('.cell_output').textContent", cell)

    def write(self, cell, code):
        """Put code into a cell, by its editor."""
        if not cell.find_elements(By.CSS_SELECTOR, '.cm-content'):
            self.click(cell, 'Edit')
        find = lambda _: cell.find_elements(By.CSS_SELECTOR, '.cm-content')
        editor = WebDriverWait(self.browser, PATIENCE).until(find)[0]
        editor.send_keys(Keys.CONTROL, 'a')
        editor.send_keys(code)


@pytest.fixture(params=['http', 'file'])
def tour(request, browser, address):
    """The first chapter, from a server and as a file."""
    return Page(browser, f'{address if request.param == "http" else HTML.as_uri()}/00-tour.html')


def test_an_edit_arrives_in_a_redrawn_graph(tour):
    cell = tour.cells[0]
    tour.write(cell, "from micrograd.graph import draw_dot; from micrograd.engine import Value; "
                     "draw_dot(Value(31.5, label='mine') * 2)")
    tour.run(cell)
    picture = cell.find_element(By.CSS_SELECTOR, 'svg[role=img]')
    assert 'mine: data 31.5000' in picture.get_attribute('aria-label')
    assert 'data 31.5000' in [text.text for text in picture.find_elements(By.CSS_SELECTOR, 'text')]


COUNT_ENDED = """
window.ended = 0
const {terminate} = Worker.prototype
Worker.prototype.terminate = function () { window.ended += 1; terminate.call(this) }
"""


def test_an_endless_loop_is_stopped_and_the_page_lives_on(tour):
    cell = tour.cells[0]
    tour.browser.execute_script(COUNT_ENDED)
    tour.write(cell, "print('begun')\nwhile True: pass")
    tour.click(cell, 'Run')
    WebDriverWait(tour.browser, PATIENCE).until(lambda _: 'begun' in tour.output(cell))
    tour.click(cell, 'Stop')
    tour.wait(cell, 'stopped')
    assert tour.browser.execute_script('return window.ended') == 1, "its Python computes on, unseen"
    assert 'stopped' in cell.find_element(By.CSS_SELECTOR, '.lab-status').text
    tour.write(cell, "6 * 7")
    assert tour.run(cell).strip() == '42'


def test_errors_begin_in_the_cell_and_stop_those_below(tour):
    tour.write(tour.cells[0], "1 / 0")
    tour.click(tour.cells[1], 'Run')
    tour.wait(tour.cells[1], 'skipped')
    assert tour.output(tour.cells[0]).splitlines()[1] == '  File "cell 1", line 1, in <module>'


def test_too_much_output_is_cut(tour):
    tour.write(tour.cells[0], "print('x' * 10**6); print('y')")
    assert 50_000 < len(tour.run(tour.cells[0])) < 51_000 and 'cut' in tour.output(tour.cells[0])


@pytest.mark.parametrize('code, words', [
    ("list(range(10**5))", "[cut: more than 50000 characters]"), ("len?", "a command of Jupyter"),
    ("%timeit 1", "a command of Jupyter"), ("input()", "input() expects a keyboard"),
    ("import os; os._exit(3)", "SystemExit: 3"), ("1 +", "SyntaxError: invalid syntax"),
    ("print('why?", "SyntaxError: unterminated string"),
    ("from micrograd.drawing import Drawing\nDrawing", "<class 'micrograd.drawing.Drawing'>"),
    ("type('Two', (), {'_repr_mimebundle_': lambda self: ({'text/plain': 'two forms'}, {})})()", "two forms")])
def test_what_a_page_cannot_do_is_said(browser, address, code, words):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], code)
    assert words in page.run(page.cells[0])


def test_the_name_of_a_comprehension_stays_the_readers(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], "import torch\nx = 5\ny = [torch.f(x) for x in [1]]")
    page.write(page.cells[1], "x")
    assert 'Not run here: lines 1, 3.' in page.run(page.cells[0])
    assert page.run(page.cells[1]).strip() == '5'


def test_a_line_that_grows_takes_time_in_proportion(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], "import time; t = time.time()\nfor i in range(300_000): print(i, end=' ')\n")
    page.write(page.cells[1], "time.time() - t")
    assert float(page.run(page.cells[1])) < 5


def test_a_long_chain_is_freed_and_deep_calls_end_in_an_error(browser, address):
    page = Page(browser, f'{address}/06-order.html')
    page.write(page.cells[0], "from micrograd.engine import Value; x = y = Value(1.0)\n"
                              "for _ in range(300_000): y = y + x\n")
    page.write(page.cells[1], "y.backward(); del y; x.grad")
    page.write(page.cells[2], "class Deep:\ndef __add__(self, other): return self + other\n")
    page.write(page.cells[3], "Deep() + 1")
    assert page.run(page.cells[1]).strip() == '300001'
    assert 'RecursionError' in page.run(page.cells[3])


def test_no_solution_overwrites_an_answer(browser, address):
    page = Page(browser, f'{address}/04-blame.html')
    kind = lambda cell, tag: tag in cell.get_attribute('class').split()
    exercise = next(i for i, cell in enumerate(page.cells) if kind(cell, 'tag_exercise-extends'))
    page.write(page.cells[exercise], "pass_back = 'my answer'")
    assert 'not yet' in page.run(page.cells[exercise + 1])
    page.press('Run all')
    page.wait(page.cells[0], 'done')
    page.finish()
    assert {cell.get_attribute('data-state') for cell in page.cells if kind(cell, 'tag_hide-cell')} == {None}
    page.write(page.cells[exercise], "def pass_back(node):\nfor child, slope in zip(node._prev, node._slopes):\n"
                                     "child.grad = slope * node.grad")
    assert page.run(page.cells[exercise + 1]).strip() == 'right'
    browser.execute_script("localStorage.clear()")


def test_what_needs_pytorch_says_so_and_keeps_its_output(browser, address):
    page = Page(browser, f'{address}/09-trust.html')
    cell = next(cell for cell in page.cells if 'import torch' in cell.find_element(By.CSS_SELECTOR, 'pre').text)
    later = page.cells[page.cells.index(cell) + 1]
    for each, reason in ((cell, 'Not run here: lines 1, 9, 10–11. It needs torch'), (later, 'line 17. It needs torch')):
        book = page.output(each).strip()
        assert book in page.run(each) and reason in page.output(each)
    assert 'That part was left out' in page.output(later), "the rest of the cell ran, and prints what the book prints"
    last = page.cells[-2]
    assert 'not yet: nothing came' in page.run(last), "what needs no PyTorch runs"


TRAP = "from micrograd.drawing import render_dot\nrender_dot('digraph { a -> b [minlen=3000000] }', 'svg')"


def test_graphviz_that_trapped_is_made_again(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], TRAP)
    page.click(page.cells[0], 'Run')
    page.wait(page.cells[0], 'error')
    page.write(page.cells[0], "from micrograd.graph import draw_dot; from micrograd.engine import Value; "
                              "draw_dot(Value(7.5))")
    page.run(page.cells[0])
    assert 'data 7.5000' in page.cells[0].find_element(By.CSS_SELECTOR, 'svg[role=img]').get_attribute('aria-label')


def test_training_says_how_far_it_is(browser, address):
    page = Page(browser, f'{address}/12-moons.html')
    page.write(page.cells[0], "import time\nfrom tqdm import tqdm\nbar = tqdm(range(3))\n"
                              "for step in bar:\ntime.sleep(1)\nbar.set_postfix(loss=1 / (1 + step))")
    page.click(page.cells[0], 'Run')
    for so_far in ('1/3', 'loss=1', 'loss=0.5'):
        WebDriverWait(browser, PATIENCE, 0.1).until(lambda _, so_far=so_far: so_far in page.output(page.cells[0]))
        assert page.cells[0].get_attribute('data-state') == 'running'
    page.wait(page.cells[0], 'done')
    said = page.output(page.cells[0])
    assert '3/3' in said and 'loss=0.333' in said and '1/3' not in said and 'Warning' not in said


ANSWER = """
const [code, done] = arguments
lab.call('builtins.exec', code, {}).then(done, error => done(error.message))
setTimeout(done, 60_000, 'no answer')
"""


def test_python_that_fails_in_a_call_says_so_and_starts_again(browser, address):
    page = Page(browser, f'{address}/01-slope.html')  # which no test edits
    page.run(page.cells[0])
    deep = "class Deep:\n    def __getattr__(self, name): return getattr(self, name)\nDeep().x"
    assert 'Python failed, and starts again' in browser.execute_async_script(ANSWER, deep)
    book = page.output(page.cells[1]).split()
    assert page.run(page.cells[1]).split() == book, "the cell above ran again before it"


def test_a_call_is_answered_when_python_is_stopped_before_it_began(browser, address):
    Page(browser, f'{address}/00-tour.html')
    script = """
        setTimeout(function stop() {
          performance.getEntriesByName(new URL('_static/lab/packages.js', document.baseURI)).length
            ? setTimeout(() => document.querySelector('.lab-restart').click(), 100) : setTimeout(stop, 10)
        })"""
    assert 'stopped' in browser.execute_async_script(ANSWER + script, "pass")


def test_what_matplotlib_has_not_here_is_said(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], "import matplotlib.pyplot")
    assert 'It needs matplotlib.pyplot, which the Python of this page does not have' in page.run(page.cells[0])


@pytest.mark.parametrize('chapter', ['04-blame', '05-local', '06-order'])
def test_a_backward_pass_is_stepped_through_by_keyboard(browser, address, chapter):
    browser.get(f'{address}/{chapter}.html')
    steps = browser.find_element(By.CSS_SELECTOR, '.micrograd-steps')
    browser.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = true")
    buttons = steps.find_elements(By.CSS_SELECTOR, 'input')
    seen = lambda: [figure.is_displayed() for figure in steps.find_elements(By.CSS_SELECTOR, 'figure')]
    browser.execute_script("arguments[0].focus()", buttons[0])
    for i in range(1, len(buttons)):
        browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
        assert [place for place, shown in enumerate(seen()) if shown] == [i]


def test_the_keyboard_leads_into_the_editor_and_out_again(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    page.write(page.cells[0], "1 + 1")
    browser.switch_to.active_element.send_keys(Keys.SHIFT, Keys.ENTER)
    page.wait(page.cells[0], 'done')
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == 'Run'


def test_running_asks_no_other_machine(browser, address):
    browser.get(f'{address}/notation.html')
    browser.execute_script("localStorage.clear()")  # an edit that was kept opens an editor
    browser.get_log('performance')  # which empties it
    page = Page(browser, f'{address}/00-tour.html')
    before = fetched(browser)
    small = {url.partition('/lab/')[2].partition('?')[0] for url in before if '/lab/' in url}
    assert small == {'exercises.js', 'page.js', 'graphs.js', 'figures.css'}, "before the first click, nothing of Python"
    page.run(page.cells[0])
    after = fetched(browser)
    assert sum('/lab/' in url for url in after) > 3
    assert not [url for url in before + after if not url.startswith((address, 'data:', 'blob:'))]


def fetched(browser):
    """Return what was asked for since the last look."""
    messages = [json.loads(entry['message'])['message'] for entry in browser.get_log('performance')]
    return [m['params']['request']['url'] for m in messages if m['method'] == 'Network.requestWillBeSent']


def test_restart_shows_the_book_again(browser, address):
    page = Page(browser, f'{address}/00-tour.html')
    book = page.output(page.cells[0])
    page.write(page.cells[0], "'other'")
    assert page.run(page.cells[0]) != book
    page.press('Restart')
    assert page.output(page.cells[0]) == book
