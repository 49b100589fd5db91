"""Figures of trainings: the engine's own numbers in the page, by mouse, by keyboard, on a phone, and without motion."""
import json
import re
import time
from functools import partial

import pytest
from bs4 import BeautifulSoup
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


HISTORIES = "lab.call('builtins.eval', arguments[0].trim()).then(arguments[1])"  # beside `call` of cells.py


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
        """How far the page's training is; that of the stored picture is none."""
        told = re.fullmatch(r'Step (\d+): .*\.', self.find('.readout').text)
        return int(told[1]) if told and 'Play' not in told[0] else -1

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
        self.wait(lambda: self.find('.readout').get_attribute('aria-live') == 'polite')
        return self.histories()

    def histories(self):
        """Return the losses and shares of each learner in the page's Python."""
        return self.browser.execute_async_script(HISTORIES, """
            [learner.history for learner in finished['classroom.playground'].current.learners]""")

    def own(self):
        """Return the points that a reader has set."""
        return self.find('[name=own]').get_property('value')

    def violations(self):
        self.browser.execute_script((TOOLS / 'axe-core/axe.min.js').read_text(encoding='utf-8'))
        return [(each['id'], [node['html'] for node in each['nodes']])
                for each in self.browser.execute_async_script(RUN_AXE)]


def outside(steps, **settings):
    """Return the histories of the same training outside of the page."""
    return [[pytest.approx(each, rel=1e-6, abs=1e-9) for each in learner.history]
            for learner in trained(steps, **settings).learners]


def trained(steps, **settings):
    training = playground.Training({**playground.CHAPTER, **settings})
    training.take(steps)
    return training


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
    assert 'ms a step' in figure.find('.beside').text and figure.find('.beside .boundary').is_displayed()
    Figure(figure.browser, figure.browser.current_url)  # the address holds them
    figure.wait(lambda: figure.step == 0)
    assert figure.histories() == outside(0, **settings)
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
    figure.find('.neuron').send_keys(Keys.ARROW_DOWN * 4)
    figure.wait(lambda: figure.find('.neuron').get_attribute('value') == '1 1')
    assert figure.find('.neuron option:checked').text == 'neuron 2 of layer 1'
    figure.browser.execute_script(SET, 'data', 'own')
    figure.wait(lambda: 'first some circles' in figure.find('.readout').text)
    assert figure.find('.on-own').is_displayed()
    for keys, target, words in ((Keys.ARROW_RIGHT + Keys.ENTER, '-1', 'Now some circles'),
                                (2 * Keys.ARROW_LEFT + Keys.SPACE, '1', 'Step 0')):
        figure.browser.execute_script("document.querySelector('[name=add]').value = arguments[0]", target)
        figure.find('.plane').send_keys(keys)
        assert figure.find('.cross').is_displayed()
        figure.wait(partial(lambda said: figure.find('.readout').text.startswith(said), words))
    assert figure.own() == '0.1,0,-1;-0.1,0,1' and 'own=0.1%2C0%2C-1%3B-0.1%2C0%2C1' in figure.browser.current_url
    figure.find('.play').send_keys(Keys.ENTER)
    figure.wait(lambda: figure.step > 0)


def test_a_click_sets_a_point_and_another_takes_it_away(figure):
    figure.browser.execute_script(SET, 'data', 'own')
    figure.wait(lambda: 'first some circles' in figure.find('.readout').text)
    ActionChains(figure.browser).move_to_element_with_offset(figure.find('.plane'), 50, -40).click().perform()
    figure.wait(lambda: 'Now some squares' in figure.find('.readout').text)
    unit = figure.find('.plane').rect['width'] / 4.3  # pixels
    assert [*map(float, figure.own().split(','))] == pytest.approx([50 / unit, 40 / unit, 1], abs=1.5 / unit)
    figure.find('.play').click()
    figure.wait(lambda: figure.find('.play').text == 'Play')
    assert 'Now some squares' in figure.find('.readout').text and not figure.find('.on-new').is_displayed()
    ActionChains(figure.browser).move_to_element_with_offset(figure.find('.plane'), 50, -40).click().perform()
    figure.wait(lambda: figure.own() == '')
    assert figure.browser.current_url.endswith('#data=own')


def test_a_neuron_of_the_stored_picture_is_asked_before_any_play(figure):
    circle = figure.find('[data-neuron="1 4"]')
    figure.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", circle)
    ActionChains(figure.browser).move_to_element_with_offset(circle, 18, 1).perform()
    figure.wait(lambda: figure.browser.find_elements(By.CSS_SELECTOR, '.playground[aria-busy=false]'))
    assert figure.find('.neuron').get_attribute('value') == '1 4' and figure.step == 60
    assert figure.histories() == outside(60)
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
    ends = browser.execute_script("""return [...document.querySelectorAll('.plane path[d*="h0"]')]
        .map(path => getComputedStyle(path).strokeLinecap)""")
    assert ends == ['round', 'square']


def test_with_less_motion_a_picture_a_second(figure):
    figure.find('.play').click()
    figure.wait(lambda: figure.step >= 10)
    begun = time.monotonic()
    figure.wait(lambda: figure.step >= 30)
    assert time.monotonic() - begun > 1.5 and figure.step == 30


FRAMES = """return [...document.querySelectorAll('.film text')]
    .filter(frame => getComputedStyle(frame).visibility === 'visible').map(frame => frame.textContent)"""


def motion(browser, wish):
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {
        'features': [{'name': 'prefers-reduced-motion', 'value': wish}]})


def test_the_first_page_shows_its_last_frame_where_less_motion_is_wanted(browser, address):
    browser.get(f'{address}/index.html')
    assert browser.execute_script(FRAMES) == ['step 100: 100%']
    assert not browser.find_element(By.CSS_SELECTOR, '.film button').is_displayed()


def test_the_film_of_the_first_page_plays_once_and_again(browser, address):
    motion(browser, 'no-preference')
    try:
        browser.get(f'{address}/index.html')
        wait = WebDriverWait(browser, 20, 0.05)
        for _ in range(2):
            wait.until(lambda _: re.match(r'step [1-9]:', browser.execute_script(FRAMES)[0]))
            begun = time.monotonic()
            wait.until(lambda _: browser.execute_script(FRAMES) == ['step 100: 100%'])
            assert 4 < time.monotonic() - begun < 7
            browser.find_element(By.CSS_SELECTOR, '.film button').click()
    finally:
        motion(browser, 'reduce')


def test_the_film_is_the_training_of_the_chapter():
    soup = BeautifulSoup((HTML / 'index.html').read_text(encoding='utf-8'), 'html.parser')
    told = [re.match(r'step (\d+): (\d+)%', text.text).groups() for text in soup.select('.film text')]
    [losses] = [learner.history for learner in trained(100).learners]
    assert len(told) == 53 == len(soup.select('.film g.frame')) and told[-1] == ('100', '100')
    assert told == [(step, f'{losses[int(step)][1]:.0%}'[:-1]) for step, _ in told]


# What a page shows before a script runs is compared with what the cells of its chapter have stored.


def test_the_first_picture_of_chapter_12_has_its_numbers():
    soup = BeautifulSoup((HTML / '12-moons.html').read_text(encoding='utf-8'), 'html.parser')
    printed = next(pre.text for pre in soup.select('.output pre') if pre.text.startswith('after the last update'))
    loss, share = re.search(r'loss ([\d.]+), accuracy (\d+%)', printed).groups()
    readout = soup.select_one('.playground .readout').text
    assert re.match(r'Step 60: loss ([\d.]+), (\d+%) right', readout).groups() == (f'{float(loss):g}', share)


@pytest.mark.parametrize('page', ['11-learning', '12-moons', 'playground'])
def test_the_first_picture_is_what_python_draws(page):
    """The numbers of the stored picture, with a tolerance: another machine's exp or cos may differ in a last digit."""
    soup = BeautifulSoup((HTML / f'{page}.html').read_text(encoding='utf-8'), 'html.parser')
    form = soup.select_one('.playground')
    settings = {name: (field.get('value') if (field := form.select_one(f'[name={name}]')).name == 'input'
                       else field.select_one('[selected]')['value']) for name in playground.CHAPTER}
    drawn = trained(60, **settings).picture('', whole=True)
    for name in ('scene', 'network', 'losses'):
        ours = BeautifulSoup(drawn[name], 'html.parser')
        for stored, path in zip(form.select_one(f'.{name}').select('[d], [points], circle'),
                                ours.select('[d], [points], circle'), strict=True):
            pairs = [[*map(float, re.findall(r'-?\d+(?:\.\d+)?', str(each)))] for each in (stored, path)]
            assert pairs[0] == pytest.approx(pairs[1], abs=0.11), name


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


def test_the_plane_of_a_neuron_is_dragged_by_its_arrow_and_by_its_line(browser, address):
    browser.get(f'{address}/10-neuron.html')
    form = browser.find_element(By.CSS_SELECTOR, 'html[data-figures] .sliders')
    wait = WebDriverWait(browser, PATIENCE)
    numbers = lambda: [float(form.find_element(By.NAME, name).get_property('value')) for name in ('w1', 'w2', 'b')]
    words = lambda: browser.execute_script(
        "return arguments[0].previousElementSibling.querySelector('svg').ariaLabel", form)

    def drag(start, end):
        """Drag from one place of the plane to another."""
        area = browser.execute_script("""
            const svg = arguments[0].previousElementSibling.querySelector('.micrograd-picture svg')
            svg.scrollIntoView({block: 'center'})
            const area = svg.querySelector('clipPath rect')
            const [x, y, width, height] = ['x', 'y', 'width', 'height'].map(name => Number(area.getAttribute(name)))
            const place = (x, y) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM())
            const [from, to] = [place(x, y + height - width), place(x + width, y + height)]
            return [from.x, to.y, (to.x - from.x) / 6]""", form)
        pointer = ActionChains(browser, duration=50)
        for place in (start, end):
            x, y = (round(side + sign * area[2] * (at + 3)) for side, sign, at in zip(area, (1, -1), place))
            pointer.w3c_actions.pointer_action.move_to_location(x, y)
            if place is start:
                pointer.w3c_actions.pointer_action.pointer_down()
        pointer.w3c_actions.pointer_action.pointer_up()
        pointer.perform()

    for start, end in (((0.5, -1), (1.5, 0.8)), ((-1, -1), (-1.2, 1.1))):
        before, stored = numbers(), words()
        drag(start, end)
        wait.until(partial(lambda stored, _: words() != stored, stored))
        w1, w2, b = numbers()
        if start == (0.5, -1):
            assert [w1, w2, b] == pytest.approx([*end, before[2]], abs=0.08)
        else:
            assert [w1, w2] == before[:2] and abs(w1 * end[0] + w2 * end[1] + b) < 0.08  # the line runs through it
        wait.until(lambda _: words() == figures.plane_of_a_neuron(*numbers()).alt_text)
    assert not browser.find_elements(By.CSS_SELECTOR, 'dialog.enlarged')
    form.find_element(By.CSS_SELECTOR, '[type=reset]').click()
    wait.until(lambda _: words() == figures.plane_of_a_neuron(0.5, -1.0, 0.25).alt_text)


def test_a_figure_and_its_sliders_fit_a_phone(browser, address):
    for page in ('10-neuron', '11-learning', '15-attention'):
        Figure(browser, f'{address}/{page}.html', 390)
        top, bottom = browser.execute_script("""
            const form = document.querySelector('.sliders')
            const picture = form.previousElementSibling.querySelector('.micrograd-picture')
            return [picture.getBoundingClientRect().top, form.getBoundingClientRect().bottom]""")
        assert bottom - top < 700, page


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
    authors = {name for name, text in sources.items() if re.search('{interactive} (playground|sliders)', text)}
    assert with_figures == authors and len(authors) > 3


def test_it_works_from_a_file(browser):
    page = Figure(browser, (HTML / 'playground.html').as_uri() + '#layers=2')
    page.wait(lambda: page.step == 0)
    page.set(seed='5')
    assert browser.current_url.endswith('#layers=2&seed=5')


def test_an_address_with_a_choice_that_is_none_has_the_books(browser, address):
    figure = Figure(browser, f'{address}/playground.html#data=nonsense&layers=4-4&batch=-3')
    figure.wait(lambda: figure.step == 0)
    form = {name: figure.find(f'[name={name}]').get_attribute('value') for name in ('data', 'layers', 'batch')}
    assert form == {'data': 'moons', 'layers': '4-4', 'batch': 'all'}
