"""Figures of trainings: the engine's own numbers in the page, by mouse, by keyboard, on a phone, and without motion."""
import json
import re
import time
from functools import partial

import pytest
from conftest import HTML, ROOT, TOOLS
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from test_site import RUN_AXE, WIDTH

from classroom import figures, playground

PATIENCE = 60

SET = """
const control = document.querySelector(`.playground [name=${arguments[0]}]`)
control.value = arguments[1]
control.dispatchEvent(new Event('change', {bubbles: true}))
"""
SLIDE = """
const slider = document.querySelector(`.sliders [name=${arguments[0]}]`)
slider.value = arguments[1]
slider.dispatchEvent(new Event('input', {bubbles: true}))
"""


class Figure:
    """A page with a playground, as a reader uses it."""

    def __init__(self, browser, url, width=1200):
        browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride',
                                {'width': width, 'height': 900, 'deviceScaleFactor': 1, 'mobile': width < 500})
        self.browser = browser
        browser.get('about:blank')  # another fragment alone would not load the page again
        browser.get(url)
        self.wait(lambda: browser.find_elements(By.CSS_SELECTOR, 'html[data-figures]'))

    def wait(self, until):
        return WebDriverWait(self.browser, PATIENCE, 0.05).until(lambda _: until())

    def find(self, name):
        return self.browser.find_element(By.CSS_SELECTOR, f'.playground {name}')

    @property
    def step(self):
        return int(re.search(r'(?:Step (\d+))|$', self.find('.readout').text)[1] or -1)

    def set(self, **settings):
        """Set controls, and wait for the new beginning."""
        for name, value in settings.items():
            self.browser.execute_script(SET, name, value)
        self.wait(lambda: self.step == 0)

    def train(self, steps):
        """Play until some steps are done; return the histories that the page has."""
        self.find('.play').click()
        self.wait(lambda: self.step >= steps)
        self.find('.play').click()
        self.wait(lambda: self.find('.for-ears').get_attribute('textContent').startswith('Step'))
        return self.histories()

    def histories(self):
        return self.browser.execute_script("return document.querySelector('.playground').playground.histories")

    def colors(self, selector):
        """Return how many different colors a canvas has."""
        return self.browser.execute_script("""
            const canvas = document.querySelector(arguments[0])
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
            return new Set(new Uint32Array(data.buffer)).size""", selector)

    def violations(self):
        self.browser.execute_script((TOOLS / 'axe-core/axe.min.js').read_text(encoding='utf-8'))
        return [(each['id'], [node['html'] for node in each['nodes']])
                for each in self.browser.execute_async_script(RUN_AXE)]


def outside(steps, **settings):
    """Return the histories of the same training outside of the page."""
    training = playground.Training({**playground.CHAPTER, **settings})
    for _ in range(steps):
        training.step()
    return [[[*map(playground.finite, each)] for each in history] for history in training.histories]


@pytest.fixture
def figure(browser, address):
    return Figure(browser, f'{address}/playground.html')


def test_the_moons_are_learnt_with_the_numbers_of_the_chapter(browser, address):
    page = Figure(browser, f'{address}/12-moons.html')
    run = browser.find_element(By.CSS_SELECTOR, '.lab-bar[data-cell="2"] .lab-run')
    browser.execute_script('arguments[0].click()', run)  # puts an unfinished library in place
    page.wait(lambda: browser.find_elements(By.CSS_SELECTOR, '.cell[data-state="done"]:has([data-cell="2"])'))
    [history] = page.train(60)
    assert history[:61] == outside(60)[0] and history[60][1] == 1


def test_the_settings_of_the_controls_are_those_that_train(figure):
    settings = {'data': 'circles', 'noise': '0.05', 'layers': '4-4', 'loss': 'squares', 'rate': '0.3',
                'regularisation': '0.001', 'batch': '10', 'seed': '3', 'wrong': 'at_first_visit'}
    figure.set(**settings)
    found = figure.train(5)
    assert [history[:6] for history in found] == outside(5, **settings)
    assert 'ms a step' in figure.find('.cost').text and figure.colors('.plane-of:not(:first-child) canvas') > 50
    Figure(figure.browser, figure.browser.current_url)  # the address holds them
    figure.wait(lambda: figure.step == 0)
    assert [history[0] for history in figure.histories()] == [each[0] for each in outside(0, **settings)]
    assert figure.find('[name=wrong]').get_attribute('value') == 'at_first_visit'


def test_a_step_and_a_new_beginning(figure):
    for _ in range(2):
        figure.find('.step').click()
        figure.wait(lambda: figure.step == 1)
        figure.find('.reset').click()
        figure.wait(lambda: figure.step == 0)
        assert [len(history) for history in figure.histories()] == [1]


def test_by_keyboard_neurons_are_asked_and_points_are_set(figure):
    figure.set(layers='2-2')
    start = figure.find('[data-neuron="0 0"]')
    start.send_keys(Keys.ARROW_RIGHT)
    figure.browser.switch_to.active_element.send_keys(Keys.ARROW_DOWN)
    focused = figure.browser.switch_to.active_element
    assert focused.get_attribute('aria-label') == 'neuron 2 of layer 1' in figure.find('.network-words').text
    figure.browser.execute_script(SET, 'data', 'own')
    figure.wait(lambda: 'first some circles' in figure.find('.readout').text)
    for keys, target in ((Keys.ARROW_RIGHT + Keys.ENTER, '-1'), (2 * Keys.ARROW_LEFT + Keys.SPACE, '1')):
        figure.browser.execute_script("document.querySelector('[name=add]').value = arguments[0]", target)
        figure.find('canvas').send_keys(keys)
        assert 'Enter or Space' in figure.find('.network-words').text
        figure.wait(partial(lambda end: figure.browser.current_url.endswith(end), f'%2C{target}'))
    figure.wait(lambda: figure.step == 0)
    assert 'own=0.1%2C0%2C-1%3B-0.1%2C0%2C1' in figure.browser.current_url
    figure.find('.play').send_keys(Keys.ENTER)
    figure.wait(lambda: figure.step > 0)


def test_a_click_sets_a_point_and_another_takes_it_away(figure):
    figure.browser.execute_script(SET, 'data', 'own')
    figure.wait(lambda: 'first some circles' in figure.find('.readout').text)
    figure.find('canvas').click()
    figure.wait(lambda: 'Now some squares' in figure.find('.readout').text)
    assert re.search(r'own=-?0(\.01)?%2C-?0(\.01)?%2C1$', figure.browser.current_url)
    figure.find('.play').click()
    figure.wait(lambda: figure.find('.play').text == 'Play')
    assert 'Now some squares' in figure.find('.readout').text and not figure.find('.on-new').is_displayed()
    figure.find('canvas').click()
    figure.wait(lambda: figure.browser.current_url.endswith('#data=own'))


def test_a_neuron_of_the_stored_picture_is_asked_before_any_play(figure):
    circle = figure.find('[data-neuron="1 4"]')
    ActionChains(figure.browser).move_to_element_with_offset(circle, 6, 2).perform()
    figure.wait(lambda: figure.find('.network-words').text == 'The plane shows what neuron 5 of layer 1 answers.')
    assert figure.step == 60 and figure.histories()[0] == outside(60)[0]
    figure.find('.step').click()
    figure.wait(lambda: figure.step == 1)


def test_a_training_that_blows_up_stops_and_says_why(figure):
    figure.set(data='xor', loss='squares', rate='3')
    figure.find('.play').click()
    figure.wait(lambda: 'beyond all bounds. Try a smaller rate.' in figure.find('.readout').text)
    assert figure.find('.play').text == 'Play' and '%' not in figure.find('.readout').text


def test_a_link_sets_the_controls(figure):
    link = figure.browser.find_element(By.CSS_SELECTOR, 'a[href="#layers=4-4&wrong=at_first_visit"]')
    figure.browser.execute_script("arguments[0].click()", link)
    figure.wait(lambda: figure.step == 0)
    assert [figure.find(f'[name={name}]').get_attribute('value') for name in ('layers', 'wrong', 'rate')] == [
        '4-4', 'at_first_visit', 'falling']


@pytest.mark.parametrize('page', ['11-learning', '12-moons', 'playground'])
def test_points_are_to_be_seen_before_a_script_runs(browser, address, page):
    browser.get(f'{address}/{page}.html')
    ends = browser.execute_script("""return [...document.querySelectorAll('.plane-of path[d*="h0"]')]
        .map(path => getComputedStyle(path).strokeLinecap)""")
    assert ends == ['round', 'square']


def test_with_less_motion_a_picture_a_second(figure):
    figure.find('.play').click()
    figure.wait(lambda: figure.step >= 10)
    begun = time.monotonic()
    figure.wait(lambda: figure.step >= 30)
    assert time.monotonic() - begun > 1.5 and figure.step == 30


def test_the_first_page_shows_its_last_frame_where_less_motion_is_wanted(browser, address):
    assert 'src="_images/learning.svg"' in (HTML / 'index.html').read_text(encoding='utf-8')
    browser.get(f'{address}/_images/learning.svg')
    texts = browser.execute_script("""return [...document.querySelectorAll('.frame')]
        .filter(frame => getComputedStyle(frame).visibility === 'visible').map(frame => frame.textContent)""")
    assert texts == ['step 100: 100%']


@pytest.mark.parametrize(('page', 'name', 'value', 'drawn'), [
    ('10-neuron', 'w1', 0, lambda: figures.plane_of_a_neuron(0, -1.0, 0.25)),
    ('11-learning', 'rate', 0.2, lambda: figures.landscape(1.5, 0.2))])
def test_sliders_draw_what_python_says(browser, address, page, name, value, drawn):
    browser.get(f'{address}/{page}.html')
    form = browser.find_element(By.CSS_SELECTOR, 'html[data-figures] .sliders')

    def words():
        return browser.execute_script("return arguments[0].previousElementSibling.querySelector('svg').ariaLabel", form)
    stored, wait = words(), WebDriverWait(browser, PATIENCE)
    browser.execute_script(SLIDE, name, value)
    wait.until(lambda _: words() != stored)
    assert words() == drawn().alt_text
    form.find_element(By.CSS_SELECTOR, '[type=reset]').click()
    wait.until(lambda _: words() == stored)


@pytest.mark.parametrize('width', [1200, 390])
def test_everyone_can_use_it(browser, address, width):
    figure = Figure(browser, f'{address}/playground.html#layers=4-4&wrong=overwriting', width)
    figure.wait(lambda: figure.step == 0)
    for step, theme in enumerate(('light', 'dark'), 1):
        browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
        figure.find('.step').click()
        figure.wait(partial(lambda wanted: figure.step == wanted, step))
        assert not figure.violations(), theme
        assert browser.execute_script(WIDTH) <= width


def test_nothing_leaves_and_only_pages_with_figures_load_it(browser, address):
    browser.get_log('performance')  # which empties it
    Figure(browser, f'{address}/playground.html').set(layers='2')
    entries = [json.loads(entry['message'])['message'] for entry in browser.get_log('performance')]
    asked = {m['params']['request']['url'] for m in entries if m['method'] == 'Network.requestWillBeSent'}
    assert any('lab/training.js' in url for url in asked)
    assert not [url for url in asked if not url.startswith((address, 'data:', 'blob:', 'about:'))]
    with_figures = {path.stem for path in HTML.glob('*.html') if 'lab/training.js' in path.read_text(encoding='utf-8')}
    sources = {path.stem: path.read_text(encoding='utf-8') for path in (ROOT / 'book').glob('*.md')}
    authors = {name for name, text in sources.items() if '{interactive}' in text}
    assert with_figures == authors and len(authors) > 3


def test_it_works_from_a_file(browser):
    page = Figure(browser, (HTML / 'playground.html').as_uri() + '#layers=2')
    page.wait(lambda: page.step == 0)
    page.set(seed='5')
    assert browser.current_url.endswith('#layers=2&seed=5')
