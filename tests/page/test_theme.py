"""How the pages are set, and what of the theme is gone."""
import re
from functools import cache

import pytest
from bs4 import BeautifulSoup
from conftest import HTML, PAGES
from selenium.webdriver.common.by import By
from test_reading import screen

SIZES = {'h1': 34, 'h2': 24, 'h3': 19, 'section > p': 17, '.cell_input pre': 14}
STYLE = """
    const { fontSize, fontFamily } = getComputedStyle(document.querySelector(`article ${arguments[0]}`))
    return [parseFloat(fontSize), fontFamily]"""
# How many letters stand on a full line of a paragraph, and how many letters of code have room beside each other.
LETTERS = """
    const text = [...document.querySelectorAll('article section > p')].find(p => p.childNodes.length === 1
      && p.getClientRects()[0].height > 70)
    const lines = Math.round(text.getBoundingClientRect().height / parseFloat(getComputedStyle(text).lineHeight))
    const pre = document.querySelector('article .cell_input pre'), line = document.createElement('span')
    line.textContent = 'm'.repeat(100)
    pre.append(line)
    const { paddingLeft, paddingRight } = getComputedStyle(pre)
    const room = pre.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)
    return [text.textContent.length / lines, 100 * room / line.getBoundingClientRect().width]"""
BARE = {'.bd-article :is(.admonition, .cell_input, details, .sd-card), .bd-header-article': ('boxShadow', 'none'),
        '.bd-sidebar code, .bd-article .cell_output .output': ('backgroundColor', 'rgba(0, 0, 0, 0)')}
DRESSED = """
    const [selector, name, value] = arguments, found = [...document.querySelectorAll(selector)]
    return found.filter(each => getComputedStyle(each)[name] !== value).map(each => each.className)"""
GONE = '.btn-fullscreen-button, .dropdown-download-buttons, .cell_output .copybtn'


@cache
def page(name):
    """Return a page as it was built."""
    return BeautifulSoup((HTML / name).read_text(encoding='utf-8'), 'html.parser')


def test_type_has_its_sizes_and_a_measure(browser, address):
    with screen(browser, 1280):
        browser.get(f'{address}/11-learning.html')
        browser.execute_async_script("document.fonts.ready.then(arguments[0])")
        for selector, pixels in SIZES.items():
            size, family = browser.execute_script(STYLE, selector)
            assert abs(size - pixels) < 0.1 and family.startswith('"Book '), selector
        letters, columns = browser.execute_script(LETTERS)
        assert 58 < letters < 74 and columns >= 88


def test_the_fonts_are_small():
    sheet = HTML / '_static' / 'fonts.css'
    assert sum(file.stat().st_size for file in (sheet, *sheet.parent.glob('fonts/*'))) < 200_000
    assert sheet.read_text(encoding='utf-8').count('@font-face') > 4


@pytest.mark.parametrize('name', ['06-order.html', 'index.html', 'glossary.html'])
def test_furniture_of_the_theme_is_gone(browser, address, name):
    browser.get(f'{address}/{name}')
    assert not browser.find_elements(By.CSS_SELECTOR, GONE)
    assert not re.search(r'\bBy The micrograd', browser.find_element(By.TAG_NAME, 'body').text)
    dressed = {selector: browser.execute_script(DRESSED, selector, *style) for selector, style in BARE.items()}
    assert not any(dressed.values()), dressed


@pytest.mark.parametrize('name', ['library.html', 'classroom.html', 'reference.html', '16-program.html'])
def test_a_page_s_contents_fit_their_column(browser, address, name):
    with screen(browser, 1280):
        browser.get(f'{address}/{name}')
        column = browser.find_element(By.CSS_SELECTOR, '.bd-sidebar-secondary')
        wide, there = (int(column.get_attribute(width)) for width in ('scrollWidth', 'clientWidth'))
        assert column.is_displayed() and wide <= there


def test_a_phone_has_a_low_header_with_menu_search_and_theme(browser, address):
    with screen(browser, 390):
        browser.get(f'{address}/06-order.html')
        header = browser.find_element(By.CSS_SELECTOR, '.bd-header-article')
        buttons = [button for button in header.find_elements(By.CSS_SELECTOR, 'button, a') if button.is_displayed()]
        assert header.size['height'] <= 48 and len(buttons) == 3
        words = ' '.join(button.get_attribute('class') for button in buttons)
        assert all(part in words for part in ('primary-toggle', 'search', 'theme'))


def test_the_front_page_has_three_doors_and_on_phones_a_list_of_chapters(browser, address):
    for width in (1280, 390):
        with screen(browser, width):
            browser.get(f'{address}/index.html')
            doors = browser.find_elements(By.CSS_SELECTOR, '.doors a')
            tables = browser.find_elements(By.CSS_SELECTOR, 'article table')
            places = [max(each.location['y'] for each in doors), min(each.location['y'] for each in tables)]
            assert len(doors) == 3 and places == sorted(places)
            entries, drawing = (browser.find_element(By.CSS_SELECTOR, f'article {what}')
                                for what in ('.chapter-list', '.micrograd-picture:has(+ .chapter-list)'))
            assert [entries.is_displayed(), drawing.is_displayed()] == ([True, False] if width < 500 else [False, True])


def test_names_of_the_library_lead_to_their_listings():
    links = [(name, link) for name in PAGES for link in page(name).select('a.to-listing')]
    assert len(links) > 40
    for name, link in links:
        target, _, place = link['href'].partition('#')
        assert page(target or name).find(id=place), link
