"""What a reader does in a page: edits that are kept, outputs that say how old they are, exercises, the editor."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from conftest import HTML, PATIENCE, TOOLS
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from test_lab import Page
from test_site import RUN_AXE

from classroom.chapters import read, source_before

BUTTONS = ".lab-bar button, .lab-page button, .lab-try button"
TARGETS = "article summary, .bd-header-article button, .micrograd-steps label"


@pytest.fixture(params=['http', 'file'])
def base(request, address):
    """Where the book lies: on a server, and in a folder."""
    return address if request.param == 'http' else HTML.as_uri()


@pytest.fixture
def open_page(browser):
    """A function that opens a chapter, at first as a reader does who was never there."""
    def open_page(url, fresh=True):
        if fresh:
            browser.get(url)
            browser.execute_script("localStorage.clear()")
        return Page(browser, url)
    yield open_page
    browser.execute_script("localStorage.clear()")


def answer_of(page, number=0):
    """Return the cells of an exercise: its answer, its check, its solution."""
    at = [i for i, cell in enumerate(page.cells) if 'tag_exercise' in cell.get_attribute('class').split()][number]
    return page.cells[at:at + 3]


def code(cell):
    """Return the code that a cell shows."""
    shown = [part for part in cell.find_elements(By.CSS_SELECTOR, '.cm-content, .cell_input > div[class*=highlight]')
             if part.is_displayed()]
    return shown[0].text


def visible(cell, words):
    """Return whether a cell has a button of these words to be seen."""
    buttons = cell.find_elements(By.CSS_SELECTOR, 'button')
    return any(button.text == words and button.is_displayed() for button in buttons)


def texts(page, selector):
    """Return the text of each element, seen or not."""
    return [each.get_attribute('textContent') for each in page.browser.find_elements(By.CSS_SELECTOR, selector)]


def press_undo(page):
    page.browser.execute_script("document.querySelector('.lab-undo').click()")


def shown_in_time(page, test):
    """Wait until a test holds."""
    WebDriverWait(page.browser, PATIENCE, 0.05).until(lambda _: test())


# Three kinds of code


def test_a_listing_is_a_part_of_a_file():
    soup = BeautifulSoup((HTML / '06-order.html').read_text(encoding='utf-8'), 'html.parser')
    last = [tab for tab in soup.select('.listing-caption') if 'micrograd/engine.py' in tab.text][-1]
    texts = source_before('micrograd.engine', 7), read('micrograd.engine')
    so_far, whole = (len(text.splitlines()) for text in texts)
    assert 'class Value' in last.text and f'lines, {so_far} of {whole}' in last.text
    listing = last.find_next_sibling('div')
    assert [each.text.strip() for each in listing.select('.listing-neighbour')] == ['def _topological_order(self): …']


def test_folds_have_one_form(browser, address):
    browser.get(f'{address}/06-order.html')
    forms = browser.execute_script("""
        const form = fold => {
          const { content, position, display } = getComputedStyle(fold, '::before')
          return [content, position, display, fold.parentElement.open].join()
        }
        return [...document.querySelectorAll('article details > summary')].map(form)
    """)
    assert len(forms) > 10 and len(set(forms)) == 1 and '▸' in forms[0]


# What is kept


def test_an_edit_is_there_again_and_can_be_laid_aside(open_page, base):
    page = open_page(f'{base}/00-tour.html')
    book = code(page.cells[0])
    page.write(page.cells[0], "'mine'")
    page = open_page(f'{base}/00-tour.html', fresh=False)
    shown_in_time(page, lambda: code(page.cells[0]) == "'mine'")
    assert page.run(page.cells[0]).strip() == "'mine'"
    page.click(page.cells[0], 'The book’s')
    assert code(page.cells[0]) == book
    page.click(page.cells[0], 'Yours')
    assert code(page.cells[0]) == "'mine'" and page.output(page.cells[0]).strip() == "'mine'"


def test_a_file_that_finds_nothing_kept_looks_once_more(browser, base):
    way = "return [performance.getEntriesByType('navigation')[0].type, 'again' in document.documentElement.dataset]"
    browser.get(f'{base}/00-tour.html')
    browser.execute_script("localStorage.clear()")
    browser.get(f'{base}/00-tour.html')
    assert browser.execute_script(way) == ['reload' if base.startswith('file') else 'navigate', False]


def test_a_page_that_only_opens_keeps_nothing(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    kept = page.browser.execute_script("return Object.keys(localStorage)")
    assert not [name for name in kept if 'micrograd' in name]  # what another tab has just kept would be written over


def test_two_tabs_show_the_same_edit(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    browser, book, first = page.browser, code(page.cells[0]), page.browser.current_window_handle
    browser.switch_to.new_window('tab')
    try:
        second = browser.current_window_handle
        other = Page(browser, f'{address}/00-tour.html')
        other.write(other.cells[0], "'one'")
        browser.switch_to.window(first)
        shown_in_time(page, lambda: code(page.cells[0]) == "'one'")
        page.write(page.cells[0], "'two'")
        browser.switch_to.window(second)
        shown_in_time(other, lambda: code(other.cells[0]) == "'two'")
        other.click(other.cells[0], 'Reset')
        browser.switch_to.window(first)
        shown_in_time(page, lambda: code(page.cells[0]) == book)
    finally:
        browser.switch_to.window(second)
        browser.close()
        browser.switch_to.window(first)


def test_a_cell_is_reset_and_that_undone(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    book = code(page.cells[0])
    page.write(page.cells[0], "'mine'")
    page.click(page.cells[0], 'Reset')
    shown_in_time(page, lambda: code(page.cells[0]) == book)
    press_undo(page)
    shown_in_time(page, lambda: code(page.cells[0]) == "'mine'")
    page.click(page.cells[0], 'Reset')
    page = open_page(f'{address}/00-tour.html', fresh=False)
    assert code(page.cells[0]) == book


def test_a_page_is_reset_and_that_undone(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    for cell in page.cells[:2]:
        page.write(cell, "'mine'")
    page.press('Reset page')
    shown_in_time(page, lambda: "'mine'" not in code(page.cells[0]) + code(page.cells[1]))
    press_undo(page)
    shown_in_time(page, lambda: code(page.cells[0]) == code(page.cells[1]) == "'mine'")


def test_what_is_mine_leaves_as_a_notebook(open_page, address):
    page = open_page(f'{address}/06-order.html')
    page.write(answer_of(page)[0], "labels = ['mine']")
    page.browser.execute_script("""
        const kept = JSON.parse(localStorage['micrograd-book/06-order'])
        kept.code['of-old-code'] = { text: 'lost = 1', shown: 'yours' }
        localStorage['micrograd-book/06-order'] = JSON.stringify(kept)
        URL.createObjectURL = blob => { window.exported = blob; return 'data:,' }
    """)
    page.press('Export mine')
    text = page.browser.execute_async_script("exported.text().then(arguments[0])")
    notebook = nbformat.reads(text, 4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    assert sources[0] == '# 6 · In what order?' and 'begin(6)' in sources[1]
    assert sources.index('### 6.1 ★ An order by hand') < sources.index("labels = ['mine']") < len(sources) - 1
    assert sources[-1] == 'lost = 1', "written for code that the book has no more"
    assert not any("['a', 'b', 's', 'p', 'L']      # or" in source for source in sources), "no solutions"


def test_a_browser_that_keeps_nothing_says_so(open_page, address):
    script = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    page = open_page(f'{address}/00-tour.html')
    added = page.browser.execute_cdp_cmd('Page.addScriptToEvaluateOnNewDocument', {'source': script})
    try:
        page = open_page(f'{address}/00-tour.html', fresh=False)
        assert 'keeps nothing' in page.browser.find_element(By.CSS_SELECTOR, '.lab-kept').text
    finally:
        page.browser.execute_cdp_cmd('Page.removeScriptToEvaluateOnNewDocument', added)


# How old an output is


def test_an_output_older_than_an_edit_says_so(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    first, second = page.cells[:2]
    stale = lambda cell: 'lab-stale' in cell.get_attribute('class')
    book = code(first)
    page.run(second)
    assert not stale(second) and page.status(second) == 'run here'
    page.write(first, "from micrograd.engine import Value  # mine")
    assert stale(second) and 'older than your edit in cell 1' in page.status(second)
    opacity = second.find_element(By.CSS_SELECTOR, '.cell_output').value_of_css_property('filter')
    assert 'opacity' in opacity
    page.click(first, 'The book’s')
    assert not stale(second), "it is the output of this code again"
    page.click(first, 'Yours')
    assert stale(second)
    assert code(first) != book


def test_an_output_of_my_code_is_marked_beside_the_book_s_code(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "'mine'")
    page.run(page.cells[0])
    assert page.cells[0].get_attribute('data-output') == 'yours' and page.status(page.cells[0]) == 'your output'
    page.click(page.cells[0], 'The book’s')
    assert page.cells[0].get_attribute('data-output') == 'book' and "'mine'" not in page.output(page.cells[0])


def test_cells_below_an_edit_run_again(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "n = 1")
    page.write(page.cells[1], "m = n + 1")
    page.write(page.cells[2], "m")
    assert page.run(page.cells[2]).strip() == '2'
    page.write(page.cells[0], "n = 5")
    assert page.run(page.cells[2]).strip() == '6'


def test_a_run_of_all_counts_and_can_be_stopped(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[1], "while True: pass")
    page.press('Run all')
    count = page.browser.find_element(By.CSS_SELECTOR, '.lab-count')
    shown_in_time(page, lambda: count.text.startswith('cell 2 of '))
    assert int(count.text.split()[-1]) > 5
    page.press('Stop')
    page.finish()
    assert page.cells[1].get_attribute('data-state') == 'stopped' and count.text == ''


def test_what_happens_while_python_starts_is_said(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.browser.execute_script("""
        window.said = []
        new MutationObserver(() => said.push(arguments[0].textContent)).observe(arguments[0], { childList: true })
    """, page.cells[0].find_element(By.CSS_SELECTOR, '.lab-status'))
    page.run(page.cells[0])
    said = ' '.join(page.browser.execute_script("return said"))
    for words in ('step 1 of 3', 'files', 'step 2 of 3', 'step 3 of 3'):
        assert words in said


def test_python_is_warm_before_the_click(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.browser.execute_script("arguments[0].querySelector('.lab-run').focus()", page.cells[0])
    fetched = "return performance.getEntriesByType('resource').some(each => each.name.endsWith('pyodide.asm.wasm.js'))"
    shown_in_time(page, lambda: page.browser.execute_script(fetched))
    assert not page.cells[0].get_attribute('data-state')


# Exercises


def test_an_exercise_is_solved_and_stays_so(open_page, address):
    page = open_page(f'{address}/06-order.html')
    answer, check, _ = answer_of(page)
    assert 'not yet' not in answer.find_element(By.XPATH, './ancestor::section[1]').text, "before the first try"
    page.write(answer, "labels = ['a']")
    assert 'got      [' in page.run(check) and check.get_attribute('data-verdict') == 'not yet'
    page.write(answer, "labels = ['a', 'b', 's', 'p', 'L']")
    assert page.status(check) == 'not checked yet'
    page.run(check)
    assert page.status(check) == '✓ right'
    for url in ('06-order', '07-arithmetic', 'index'):
        if url != '06-order':
            page.browser.get(f'{address}/{url}.html')
        assert texts(page, '.bd-links .lab-mark') == ['1/4'], url
        [words] = texts(page, '.lab-progress')
        assert words.startswith('1 of ')
    page = open_page(f'{address}/06-order.html', fresh=False)
    section = answer_of(page)[0].find_element(By.XPATH, './ancestor::section[1]')
    assert section.get_attribute('data-solved') and '✓ solved' in section.text
    assert page.browser.find_elements(By.CSS_SELECTOR, '.page-toc .lab-mark')


def test_no_exercise_shows_a_verdict_before_it_was_tried(open_page, address):
    page = open_page(f'{address}/06-order.html')
    page.press('Run all')
    page.finish()
    third = answer_of(page, 2)
    page.write(third[0], "def order_by_counting(root):\nreturn [root]")
    assert 'not yet' in page.run(third[1])
    for number in (0, 1):
        _, check, _ = answer_of(page, number)
        assert page.output(check) == '' and not check.get_attribute('data-state')


def test_a_solution_that_ran_answers_no_check(open_page, address):
    page = open_page(f'{address}/06-order.html')
    _, check, solution = answer_of(page)
    assert page.run(solution).strip() == 'right'
    assert 'nothing came' in page.run(check)


def test_an_empty_answer_is_in_nobody_s_way(open_page, address):
    page = open_page(f'{address}/04-blame.html')
    assert page.run(answer_of(page, 1)[2]).strip() == 'right'
    answer, check, _ = answer_of(page, 2)
    page.write(answer, "def wrong_walk(nodes):\nnodes[0].grad = nodes[0].data\nfor node in nodes:\npass_back(node)\n"
                       + Keys.BACKSPACE * 2 + "prediction = ['six', 'zero']")
    assert page.run(check).strip() == 'right', "it uses what the solution above defines"


def test_an_error_in_another_answer_is_in_nobody_s_way(open_page, address):
    page = open_page(f'{address}/06-order.html')
    page.write(answer_of(page)[0], "1 / 0")
    assert 'nothing came' in page.run(answer_of(page, 1)[1])


# Buttons


@pytest.mark.parametrize('width', [1280, 390])
@pytest.mark.parametrize('page', ['index', '06-order', '15-attention', 'questions'])
def test_nothing_moves_when_the_page_comes_to_life(browser, address, page, width):
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                            {'width': width, 'height': 800, 'deviceScaleFactor': 1, 'mobile': width < 500})
    browser.execute_cdp_cmd('Network.clearBrowserCache', {})
    try:
        browser.get(f'{address}/{page}.html')
        shift = browser.execute_async_script("""
            let sum = 0
            new PerformanceObserver(list => { for (const each of list.getEntries()) sum += each.value })
              .observe({ type: 'layout-shift', buffered: true })
            document.querySelector('#exercises')?.scrollIntoView()
            setTimeout(() => arguments[0](sum), 1500)
        """)
        fonts = browser.execute_script("return [...document.fonts].filter(each => each.status === 'loaded').length")
    finally:
        browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})
    assert shift < 0.02 and fonts > 3


def test_a_cell_is_one_stop_of_the_tab_key(browser, address):
    page = Page(browser, f'{address}/06-order.html')
    stops = browser.execute_script("""
        const ofTab = button => button.tabIndex >= 0 && !button.hidden
        return [...document.querySelectorAll('.lab-bar')].map(bar => [...bar.children].filter(ofTab).length)
    """)
    assert len(stops) == len(page.cells) + 1 and set(stops) == {1}
    browser.execute_script("arguments[0].querySelector('.lab-run').focus()", page.cells[0])
    for key, words in ((Keys.ARROW_RIGHT, 'Edit'), (Keys.END, 'Copy'), (Keys.HOME, 'Run'), (Keys.ARROW_LEFT, 'Copy')):
        browser.switch_to.active_element.send_keys(key)
        assert browser.switch_to.active_element.text == words


def test_the_buttons_come_with_the_pointer_and_a_click_edits(browser, address):
    page = Page(browser, f'{address}/06-order.html')
    ActionChains(browser).move_by_offset(1, 1).perform()
    run = page.cells[1].find_element(By.CSS_SELECTOR, '.lab-run')
    assert run.value_of_css_property('opacity') == '0'
    browser.execute_script("arguments[0].querySelector('.lab-run').focus()", page.cells[1])
    assert run.value_of_css_property('opacity') == '1'
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", page.cells[1])
    page.cells[1].find_element(By.CSS_SELECTOR, 'pre').click()
    shown_in_time(page, lambda: page.cells[1].find_elements(By.CSS_SELECTOR, '.cm-focused'))
    assert page.cells[1].find_element(By.CSS_SELECTOR, '.cm-lineNumbers').text.startswith('1')


def test_plots_fit_a_phone(browser, address):
    phone = {'width': 390, 'height': 844, 'deviceScaleFactor': 1, 'mobile': True}
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', phone)
    try:
        browser.get(f'{address}/12-moons.html')
        widths = browser.execute_script("""
            const plots = [...document.querySelectorAll('.micrograd-picture:not(:has(g.graph))')]
            return plots.filter(plot => plot.clientWidth).map(plot => [plot.scrollWidth, plot.clientWidth])
        """)
    finally:
        browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})
    assert len(widths) > 3 and all(wanted <= there for wanted, there in widths), widths


def test_a_finger_finds_the_buttons(browser, address):
    phone = {'width': 390, 'height': 844, 'deviceScaleFactor': 1, 'mobile': True}
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', phone)
    browser.execute_cdp_cmd('Emulation.setTouchEmulationEnabled', {'enabled': True})
    try:
        page = Page(browser, f'{address}/06-order.html')
        run = page.cells[1].find_element(By.CSS_SELECTOR, '.lab-run')
        assert run.value_of_css_property('opacity') == '0'
        browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", page.cells[1])
        place = browser.execute_script("return arguments[0].getBoundingClientRect()", page.cells[1])
        for kind, points in (('touchStart', [{'x': place['x'] + 60, 'y': place['y'] + 30}]), ('touchEnd', [])):
            browser.execute_cdp_cmd('Input.dispatchTouchEvent', {'type': kind, 'touchPoints': points})
        shown_in_time(page, lambda: run.value_of_css_property('opacity') == '1')
        assert visible(page.cells[1], 'Run') and visible(page.cells[1], 'Edit')
        targets = browser.find_elements(By.CSS_SELECTOR, f'{BUTTONS}, {TARGETS}')
        small = [(each.text, each.size) for each in targets
                 if each.is_displayed() and (each.size['height'] < 44 or each.size['width'] < 44)]
        assert small == []
    finally:
        browser.execute_cdp_cmd('Emulation.setTouchEmulationEnabled', {'enabled': False})
        browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def test_cells_have_the_numbers_of_tracebacks(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    numbers = [cell.find_element(By.CSS_SELECTOR, '.lab-bar').get_attribute('data-cell') for cell in page.cells]
    assert numbers == [str(i) for i in range(1, len(page.cells) + 1)]
    page.write(page.cells[2], "1 / 0")
    assert 'File "cell 3", line 1' in page.run(page.cells[2])


# The editor


def test_a_traceback_marks_its_line(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "x = 1\n1 / 0\ny = 2")
    page.run(page.cells[0])
    marked = page.cells[0].find_elements(By.CSS_SELECTOR, '.cm-line.lab-error-line')
    assert [line.text for line in marked] == ['1 / 0']
    page.cells[0].find_element(By.CSS_SELECTOR, '.cm-content').send_keys('z')
    assert not page.cells[0].find_elements(By.CSS_SELECTOR, '.cm-line.lab-error-line')


def test_names_are_completed_from_what_ran(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "class Thing:\ndef colour(self, depth=3): 'Say which colour.'\n"
                              + Keys.BACKSPACE + "thing = Thing()")
    page.run(page.cells[0])
    page.write(page.cells[1], "thing.co")
    page.browser.switch_to.active_element.send_keys(Keys.CONTROL, ' ')
    shown_in_time(page, lambda: page.cells[1].find_elements(By.CSS_SELECTOR, '.cm-completionInfo'))
    assert 'colour(depth=3)' in texts(page, '.cm-tooltip-autocomplete')[0]
    assert texts(page, '.cm-completionInfo') == ['Say which colour.']
    page.browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert code(page.cells[1]).endswith("thing.colour")
    page.browser.switch_to.active_element.send_keys(Keys.CONTROL, '/')
    assert code(page.cells[1]).endswith("# thing.colour")


def test_a_name_under_the_pointer_says_what_it_is(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "def colour(depth=3): 'Say which colour.'\ncolour")
    page.run(page.cells[0])
    line = page.cells[0].find_elements(By.CSS_SELECTOR, '.cm-line')[-1]
    page.browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", line)
    pointer = ActionChains(page.browser).move_to_element_with_offset(line, 20 - line.size['width'] // 2, 0)
    pointer.pause(0.2).move_by_offset(2, 0).perform()
    shown_in_time(page, lambda: texts(page, '.lab-about'))
    assert texts(page, '.lab-about') == ['colour(depth=3)Say which colour.']


def test_something_can_be_tried_at_the_end(open_page, address):
    page = open_page(f'{address}/00-tour.html')
    page.write(page.cells[0], "n = 41")
    page.run(page.cells[0])
    scratch = page.browser.find_element(By.CSS_SELECTOR, '.lab-scratch')
    page.write(scratch, "n + 1")
    assert page.run(scratch).strip() == '42'
    assert not page.cells[1].get_attribute('data-state'), "only what ran already is needed"
    page = open_page(f'{address}/00-tour.html', fresh=False)
    shown_in_time(page, lambda: code(page.browser.find_element(By.CSS_SELECTOR, '.lab-scratch')).endswith('n + 1'))


# Everyone


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_everyone_can_use_a_page_at_work(open_page, address, theme):
    page = open_page(f'{address}/06-order.html')
    page.browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    page.write(page.cells[1], "1 / 0")
    page.run(page.cells[3])
    page.click(page.cells[1], 'The book’s')
    answer, check, _ = answer_of(page)
    page.write(answer, "labels = ['a', 'b', 's', 'p', 'L']")
    page.run(check)
    page.click(page.cells[1], 'Yours')
    page.run(page.cells[1])
    page.write(answer_of(page, 1)[0], "prediction = 1")
    page.run(answer_of(page, 1)[1])
    states = [cell.get_attribute('data-state') for cell in page.cells]
    assert {'error', 'done'} <= set(states) and page.browser.find_elements(By.CSS_SELECTOR, '.lab-stale, [data-solved]')
    page.browser.execute_script("for (const bar of document.querySelectorAll('.lab-bar')) bar.style.opacity = 1")
    page.browser.execute_script((TOOLS / 'axe-core/axe.min.js').read_text(encoding='utf-8'))
    found = page.browser.execute_async_script(RUN_AXE)
    assert not [(each['id'], [node['html'] for node in each['nodes']]) for each in found]
