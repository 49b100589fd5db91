"""A chapter as slides: every result on one of them, all of them in the window, and nothing from elsewhere."""
import pytest
from conftest import HTML
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

WIDTH, HEIGHT = 1280, 720
CHAPTERS = '05-local', '06-order', '11-learning'


@pytest.fixture(params=['http', 'file'])
def slides(browser, address, request):
    """A function that opens a chapter as slides, in a window of the size of a projector, and returns their number."""
    size = {'width': WIDTH, 'height': HEIGHT, 'deviceScaleFactor': 1, 'mobile': False}
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', size)

    def open_chapter(chapter):
        browser.get(f'{address if request.param == "http" else HTML.as_uri()}/{chapter}.html?slides')
        return int(browser.find_element(By.CSS_SELECTOR, '.slides-bar output').text.split('/')[1])
    yield open_chapter
    browser.execute_cdp_cmd('Emulation.clearDeviceMetricsOverride', {})


def press(browser, key):
    browser.find_element(By.TAG_NAME, 'body').send_keys(key)


def visible(browser, selector):
    """Return the elements of the article that have an extent."""
    return browser.execute_script("""
        return [...document.querySelectorAll(`article ${arguments[0]}`)].filter(each =>
          each.checkVisibility({ visibilityProperty: true }) && each.getClientRects().length)""", selector)


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_every_result_is_on_one_slide_and_fits(browser, slides, chapter):
    number, seen = slides(chapter), []
    cells = browser.find_elements(By.CSS_SELECTOR, 'article section:not(#exercises, #exercises *) > div.cell')
    for at in range(1, number + 1):
        assert browser.find_element(By.CSS_SELECTOR, '.slides-bar output').text == f'{at} / {number}'
        assert len(visible(browser, ':is(h1, h2)')) == 1
        seen += visible(browser, 'section > div.cell')
        high, wide = browser.execute_script(
            "return [document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
        assert high <= HEIGHT and wide <= WIDTH, f'slide {at}'
        press(browser, Keys.ARROW_RIGHT)
    assert seen == cells and number > 12
    asked = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    home = browser.current_url.partition(chapter)[0]
    assert home.startswith('file') or asked, "of files, the browser keeps no list"
    assert all(name.startswith((home, 'data:', 'blob:')) for name in asked)


def test_text_is_shown_on_demand_and_the_page_comes_back(browser, slides):
    slides('05-local')
    press(browser, Keys.PAGE_DOWN * 2)
    heading = visible(browser, 'h2')[0].text
    assert '?slides=3' in browser.current_url and not visible(browser, 'section section > p')
    press(browser, 't')
    assert visible(browser, 'section section > p')
    browser.refresh()
    WebDriverWait(browser, 10).until(lambda _: visible(browser, 'h2'))
    assert [h2.text for h2 in visible(browser, 'h2')] == [heading], "a slide has an address of its own"
    press(browser, Keys.ESCAPE)
    assert 'slides' not in browser.current_url and len(visible(browser, 'h2')) > 5


def test_other_pages_are_no_slides(browser, address):
    browser.get(f'{address}/notation.html?slides')
    assert not browser.find_elements(By.CSS_SELECTOR, '.slides-bar') and visible(browser, 'table')
