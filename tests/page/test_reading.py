"""Ways to read: without scripts, by previews, by search, on paper, lost, and unobserved."""
import base64
import contextlib
import io
import json
import re
import shutil
import subprocess

import pytest
from bs4 import BeautifulSoup
from conftest import HTML, PAGES, TOOLS
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from test_site import RUN_AXE


@pytest.fixture
def without_scripts(browser):
    """The browser at a desk, as for a reader who has turned JavaScript off."""
    browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})
    browser.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': True})
    yield browser
    browser.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': False})


def shown(browser, selector):
    """Return how many elements there are, and how many of them have an extent."""
    found = browser.find_elements(By.CSS_SELECTOR, selector)
    return len(found), sum(each.is_displayed() and each.size['height'] > 5 for each in found)


@pytest.mark.parametrize('chapter', ['05-local', '06-order'])
def test_all_can_be_read_without_scripts(without_scripts, address, chapter):
    browser = without_scripts
    browser.get(f'{address}/{chapter}.html')
    controls = browser.find_elements(By.CSS_SELECTOR, '.lab-bar, .lab-page, .lab-try')
    assert len(controls) > 10 and not any(each.is_displayed() for each in controls), "they would do nothing"
    for fold in browser.find_elements(By.CSS_SELECTOR, 'details > summary'):
        if fold.is_displayed() and not fold.find_element(By.XPATH, '..').get_attribute('open'):
            browser.execute_cdp_cmd('Runtime.evaluate', {'expression': 'scrollTo(0, 0)'})
            browser.execute_script("arguments[0].click()", fold)
    for what in ('.cell_input pre', '.cell_output', 'svg[role=img]', 'math', 'p'):
        there, seen = shown(browser, f'article {what}:not(.lab-try *, .narrow *, :empty)')
        later_steps = f'.micrograd-steps figure:not(:first-of-type) {what.split()[0]}:not(.narrow *)'
        frames = browser.find_elements(By.CSS_SELECTOR, later_steps)
        assert there > 1 and seen >= there - len(frames), what
    steps = browser.find_element(By.CSS_SELECTOR, '.micrograd-steps')
    choices = steps.find_elements(By.CSS_SELECTOR, 'input')
    browser.execute_script("arguments[0].click()", choices[1])
    frames = [frame.is_displayed() for frame in steps.find_elements(By.CSS_SELECTOR, 'figure')]
    assert frames.index(True) == 1 and sum(frames) == 1


@pytest.mark.parametrize('place', ['q-cycle', 'q-users'])
def test_a_link_to_a_fold_opens_it(browser, address, place):
    for url in (f'{address}/06-order.html#{place}', f'{address}/06-order.html'):
        browser.get(url)
        browser.execute_script("location.hash = arguments[0]", place)
        seen = WebDriverWait(browser, 30).until(lambda _: browser.execute_script(
            "const to = document.getElementById(arguments[0]), fold = to.closest('details');"
            "return (!fold || fold.open) && Math.abs(to.getBoundingClientRect().top) < 200", place))
        assert seen


PREVIEWED = 'article a:is([href*="#term-"], [href*="#q-"], [href*="bibliography.html#"])'


def test_every_term_question_and_source_has_a_preview():
    previews = {}
    for file in (HTML / '_static' / 'previews').glob('*.js'):
        previews[file.stem] = json.loads(file.read_text(encoding='utf-8').partition(' = ')[2])
    links = [(page, link) for page in PAGES for link in BeautifulSoup(
        (HTML / page).read_text(encoding='utf-8'), 'html.parser').select(PREVIEWED)]
    assert len(links) > 150
    for page, link in links:
        target, _, place = link['href'].partition('#')
        if place != 'q-video':  # a list of links
            html = previews[(target or page).removesuffix('.html')][place]
            assert len(html) > 40 and not re.search(r'<a |<script|<pre| id=', html), place


@contextlib.contextmanager
def screen(browser, width, touch=False):
    """A screen of this width, which can be touched or not."""
    size = {'width': width, 'height': 800, 'deviceScaleFactor': 1, 'mobile': touch}
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', size)
    browser.execute_cdp_cmd('Emulation.setTouchEmulationEnabled', {'enabled': touch})
    yield
    browser.execute_cdp_cmd('Emulation.setTouchEmulationEnabled', {'enabled': False})
    browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def wait_for_preview(browser, shown=True):
    """Wait until there is a preview, or none; return its box and the text."""
    state = """
        const box = document.querySelector('.preview:popover-open'), place = box?.getBoundingClientRect().toJSON()
        return box && [place, box.textContent, document.documentElement.scrollWidth]"""
    WebDriverWait(browser, 30).until(lambda _: bool(browser.execute_script(state)) == shown)
    return browser.execute_script(state)


@pytest.mark.parametrize('way', ['http', 'file'])
@pytest.mark.parametrize('page, place, words', [
    ('06-order', 'glossary.html#term-topological-order', 'inputs come before results'),
    ('01-slope', 'bibliography.html#id11', 'Automatic differentiation in machine learning'),
    ('questions', '06-order.html#q-users', 'Kahn’s algorithm')])
def test_a_link_tells_beforehand_where_it_leads(browser, address, way, page, place, words):
    for width in (1280, 390):
        with screen(browser, width):
            browser.get(f'{address if way == "http" else HTML.as_uri()}/{page}.html')
            link = browser.find_element(By.CSS_SELECTOR, f'article a[href="{place}"]')
            browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", link)
            ActionChains(browser).move_to_element(link).perform()
            box, said, page_width = wait_for_preview(browser)
            assert words in said and box['left'] >= 0 and box['right'] <= page_width <= width
            ActionChains(browser).send_keys(Keys.ESCAPE).perform()
            wait_for_preview(browser, shown=False)
            browser.execute_script("arguments[0].focus({ focusVisible: true })", link)
            assert words in wait_for_preview(browser)[1]
            assert link.get_attribute('aria-describedby') == 'preview'
            browser.execute_script((TOOLS / 'axe-core/axe.min.js').read_text(encoding='utf-8'))
            assert not [(each['id'], each['nodes']) for each in browser.execute_async_script(RUN_AXE)]
            browser.execute_script("arguments[0].blur()", link)
            wait_for_preview(browser, shown=False)


def test_a_finger_taps_once_for_a_preview_and_twice_to_go_there(browser, address):
    with screen(browser, 390, touch=True):
        browser.get(f'{address}/06-order.html')
        link = browser.find_element(By.CSS_SELECTOR, 'article a[href*="#term-topological-order"]')
        browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", link)
        for times in (1, 2):
            at = browser.execute_script("return arguments[0].getClientRects()[0]", link)
            for kind, points in (('touchStart', [{'x': at['x'] + 9, 'y': at['y'] + 9}]), ('touchEnd', [])):
                browser.execute_cdp_cmd('Input.dispatchTouchEvent', {'type': kind, 'touchPoints': points})
            if times == 1:
                assert 'Tap the link again' in wait_for_preview(browser)[1]
        WebDriverWait(browser, 30).until(lambda _: 'glossary.html' in browser.current_url)


@pytest.mark.parametrize('way', ['http', 'file'])
def test_search_finds_where_a_word_stands(browser, address, way):
    browser.get(f'{address if way == "http" else HTML.as_uri()}/search.html?q=topological')
    finds = lambda _: browser.find_elements(By.CSS_SELECTOR, '#search-results ul.search li a')
    links = WebDriverWait(browser, 30).until(finds)
    WebDriverWait(browser, 30).until(lambda _: 'found' in browser.find_element(By.ID, 'search-results').text.lower())
    found = {re.sub(r'[?#].*', '', link.get_attribute('href')).split('/')[-1] for link in finds(browser)}
    assert links and {'06-order.html', 'glossary.html'} <= found
    browser.get(f'{address if way == "http" else HTML.as_uri()}/search.html?q=zxqv')
    nothing = lambda _: 'did not match' in browser.find_element(By.ID, 'search-results').text
    WebDriverWait(browser, 30).until(nothing)


@pytest.mark.parametrize('words, page', [
    ('backward', '06-order'), ('Value', '02-memory'), ('relu', '08-bends'), ('topological', '06-order'),
    ('zero_grad', '10-neuron'), ('MLP', '10-neuron'), ('gradient+check', '09-trust'), ('hinge+loss', '12-moons'),
    ('softmax', '14-letters'), ('attention', '15-attention'), ('compile', '16-program'), ('draw_dot', '03-pictures')])
def test_search_finds_first_the_chapter_that_explains_it(browser, address, words, page):
    browser.get(f'{address}/search.html?q={words}')
    WebDriverWait(browser, 30).until(lambda _: 'found' in browser.find_element(By.ID, 'search-results').text.lower())
    first = browser.find_element(By.CSS_SELECTOR, '#search-results ul.search li a').get_attribute('href')
    assert first.split('/')[-1].startswith(f'{page}.html')


@pytest.mark.skipif('404.html' not in PAGES, reason="expected a build without BOOK_URL")
def test_who_is_lost_is_led_home(browser, address):
    browser.get(f'{address}/404.html')
    targets = [link.get_attribute('href') for link in browser.find_elements(By.CSS_SELECTOR, 'main a')]
    assert len(targets) == 2
    for target in targets:
        browser.get(target)
        assert 'micrograd' in browser.title and browser.find_elements(By.CSS_SELECTOR, '#search-results, article h1')


@pytest.mark.parametrize('page', PAGES)
def test_no_page_may_ask_another_machine(page):
    soup = BeautifulSoup((HTML / page).read_text(encoding='utf-8'), 'html.parser')
    first = soup.head.find_all(True)[1]
    assert first.get('http-equiv') == 'Content-Security-Policy', "after the charset, before all that could ask"
    rules = dict(rule.strip().split(' ', 1) for rule in first['content'].split(';'))
    assert 'default-src' in rules and not re.search(r'\*|https?:|(?<!-)unsafe-(eval|hashes)', first['content'])
    assert "'unsafe-inline'" not in rules.get('script-src', '')


def test_the_browser_keeps_to_that(browser, address):
    browser.get(f'{address}/04-blame.html')
    refused = browser.execute_async_script("""
        const done = arguments[0], refused = []
        document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
          refused.push(effectiveDirective)
        })
        setTimeout(() => done(refused), 1000)
        const add = (kind, what) => document.body.append(Object.assign(document.createElement(kind), what))
        add('script', { src: 'https://example.invalid/a.js' })
        add('script', { textContent: 'window.smuggled = 1' })
        add('img', { src: 'https://example.invalid/a.png' })
        fetch('https://example.invalid/a.json').catch(() => {})
    """)
    assert sorted(refused) == ['connect-src', 'img-src', 'script-src-elem', 'script-src-elem']
    assert browser.execute_script("return window.smuggled") is None
    browser.get_log('browser')  # which empties it


HIDDEN_IN_PRINT = """
    dispatchEvent(new Event('beforeprint'))
    const parts = document.querySelectorAll(
      'article :is(details > :not(summary), pre, .micrograd-steps figure):not(.lab-status, .lab-try *)')
    const lost = each => !each.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      || getComputedStyle(each).animationName !== 'none' || each.scrollWidth > each.clientWidth + 1
    const found = [...parts].filter(lost).map(each => each.outerHTML.slice(0, 200))
    dispatchEvent(new Event('afterprint'))
    return [parts.length, found]
"""


@pytest.mark.parametrize('chapter', ['05-local', '14-letters'])
def test_nothing_is_folded_cut_or_faded_in_print(browser, address, chapter):
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {'media': 'print'})
    paper = {'width': 680, 'height': 900, 'deviceScaleFactor': 1, 'mobile': False}  # A4 between its margins
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', paper)
    browser.get(f'{address}/{chapter}.html')
    parts, hidden = browser.execute_script(HIDDEN_IN_PRINT)
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {'media': ''})
    browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})
    assert parts > 50 and hidden == []


def print_pages(pdf):
    """Return how far down each page of a print has ink, 0 to 1."""
    pages = io.BytesIO(subprocess.run(['pdftoppm', '-r', '20', '-gray', pdf], capture_output=True, check=True).stdout)
    ends = []
    while pages.readline():  # P5, width and height, the lightest; then a byte for each point
        width, height = map(int, pages.readline().split())
        pages.readline()
        rows = [pages.read(width)[width // 8:-width // 8] for _ in range(height)]
        ends.append(max((i / height for i, row in enumerate(rows) if min(row) < 200), default=0))
    return ends


@pytest.mark.parametrize('chapter', ['04-blame', '06-order', '14-letters'])
def test_no_page_of_a_print_is_half_empty(browser, address, chapter, tmp_path):
    if not shutil.which('pdftoppm'):
        pytest.skip("expected pdftoppm (Debian: poppler-utils), to look at the print")
    browser.get(f'{address}/{chapter}.html')
    browser.execute_async_script("document.fonts.ready.then(() => requestAnimationFrame(arguments[0]))")
    paper = browser.execute_cdp_cmd('Page.printToPDF', {'paperWidth': 8.27, 'paperHeight': 11.69})
    pdf = tmp_path / 'chapter.pdf'
    pdf.write_bytes(base64.b64decode(paper['data']))
    ends = print_pages(pdf)
    assert len(ends) > 5 and min(ends[:-1]) > 0.5 and ends[-1] > 0, ends


@pytest.mark.parametrize('chapter', ['05-local', '14-letters'])
def test_a_chapter_can_be_printed(browser, address, chapter, tmp_path):
    browser.get(f'{address}/{chapter}.html')
    pieces = [browser.find_element(By.CSS_SELECTOR, f'article {where} pre').get_attribute('textContent')
              for where in ('.cell_input', '.tag_hide-input', '.tag_hide-cell', '.tag_hide-output .cell_output')]
    paper = browser.execute_cdp_cmd('Page.printToPDF', {'paperWidth': 8.27, 'paperHeight': 11.69})
    pdf = tmp_path / 'chapter.pdf'
    pdf.write_bytes(base64.b64decode(paper['data']))
    assert not browser.find_elements(By.CSS_SELECTOR, 'article details.hide[open]'), "folded again after the print"
    if not shutil.which('pdftotext'):
        pytest.skip("expected pdftotext (Debian: poppler-utils), to read the print")
    text = subprocess.run(['pdftotext', '-layout', pdf, '-'], capture_output=True, text=True, check=True).stdout
    text = text.replace('\f', '\n')  # where a page begins
    packed = ''.join(text.split())
    for line in ''.join(pieces).splitlines():
        assert ''.join(line.split()) in packed, f"not in the print: {line}"
    assert text.index('\nSolutions\n') > text.index('\nRecap\n'), "solutions stand at the end"
    assert browser.execute_script("return document.querySelectorAll('section.exercise .tag_hide-cell').length") > 2
    assert 'Run' not in text.split() and 'Edit' not in text.split()
