"""Pictures of graphs fit their column: at a desk they run to the right, on a phone down, and both are the graph."""
import io

import pytest
from conftest import HTML
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait
from test_figures_graph import GRAPHS, HOVER_BOXES, NUMBERS, Figure, made_by, outside
from test_lab import Page
from test_site import show

CHAPTERS = ['00-tour', '03-pictures', '04-blame', '05-local', '06-order', '07-arithmetic', '08-bends', '10-neuron']
DESK, PHONE = 1280, 390

# What each place of a graph shows: of how many layouts, which, how it runs, how large its letters are, by how much it
# is wider than its column.
PLACES = """
for (const fold of document.querySelectorAll('article details')) fold.open = true
const isGraph = picture => picture.querySelector('g.graph .node')
const wide = [...document.querySelectorAll('article .micrograd-picture:not(.narrow)')].filter(isGraph)
function center(box) {
  const { x, y, width, height } = box.getBoundingClientRect()
  return [x + width / 2, y + height / 2]
}
return wide.filter(picture => picture.parentElement.checkVisibility()).map(picture => {
  const layouts = [picture, picture.nextElementSibling].filter(each => each?.matches('.micrograd-picture'))
  const [shown, ...others] = layouts.filter(each => each.checkVisibility())
  const svg = shown.querySelector('svg'), boxes = [...svg.querySelectorAll('.node:has(polygon)')]
  const [[x, y], [x2, y2]] = [boxes[0], boxes.at(-1)].map(center)
  return { cell: shown.closest('.cell').querySelector('.lab-bar')?.dataset.cell, layouts: layouts.length,
    shown: 1 + others.length, narrow: shown.matches('.narrow'),
    runs: Math.abs(x2 - x) > Math.abs(y2 - y) ? 'right' : 'down',
    letters: 13 * svg.getScreenCTM().a, over: shown.scrollWidth - shown.clientWidth, natural: svg.width.baseVal.value }
})
"""


# By how many pixels the node of a step is out of view, on each side where it is.
HIDDEN = """
const pictures = [...arguments[0].querySelectorAll('.micrograd-picture')]
const picture = pictures.find(each => each.checkVisibility())
if (!picture) return ['the picture']
const node = picture.querySelector('[stroke-width="2.5"]').getBoundingClientRect()
const frame = picture.getBoundingClientRect()
return [frame.left - node.left, node.right - frame.right, -node.top, node.bottom - innerHeight].filter(over => over > 0)
"""


def in_view(figure):
    """Return a condition to wait for: that a step is shown, with its node. A busy machine is late with both."""
    return lambda browser: figure.is_displayed() and not browser.execute_script(HIDDEN, figure)


def places(browser, url, width, media=''):
    """Return what each place of a graph shows on a screen of some width."""
    show(browser, url, width)
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {'media': media})
    found = browser.execute_script(PLACES)
    browser.execute_cdp_cmd('Emulation.setEmulatedMedia', {'media': ''})
    return found


@pytest.mark.parametrize('chapter', CHAPTERS)
def test_a_desk_shows_graphs_to_the_right_and_a_phone_down(browser, address, chapter):
    url = f'{address}/{chapter}.html'
    desk, phone, paper = places(browser, url, DESK), places(browser, url, PHONE), places(browser, url, PHONE, 'print')
    assert desk and len(desk) == len(phone) <= len(paper)
    for place in desk + phone + paper:
        assert place['shown'] == 1, place
    for place in desk + phone:
        assert place['letters'] > 9 and place['over'] <= 0, place
    assert not any(place['narrow'] for place in desk + paper)
    for place in phone:
        assert place['narrow'] == (place['layouts'] == 2) and (place['layouts'] == 2 or place['natural'] <= 440), place
        assert place['letters'] < 13.01 and (not place['narrow'] or place['runs'] == 'down'), place
    assert any(place['narrow'] for place in phone)


@pytest.mark.parametrize('base', ['http', 'file'])
def test_it_needs_no_script(browser, address, base):
    url = f'{address if base == "http" else HTML.as_uri()}/06-order.html'
    browser.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': True})
    try:
        for width in (DESK, PHONE):
            browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
                'width': width, 'height': 800, 'deviceScaleFactor': 1, 'mobile': width == PHONE})
            browser.get(url)
            shown = browser.find_element(By.CSS_SELECTOR, '.micrograd-steps figure:first-of-type')
            wide, narrow = shown.find_elements(By.CSS_SELECTOR, '.micrograd-picture')
            assert [wide.is_displayed(), narrow.is_displayed()] == [width == DESK, width == PHONE]
    finally:
        browser.execute_cdp_cmd('Emulation.setScriptExecutionDisabled', {'value': False})


@pytest.mark.parametrize('width', [DESK, PHONE])
def test_one_layout_is_heard_and_found_by_the_tabulator(browser, address, width):
    show(browser, f'{address}/04-blame.html', width)
    browser.execute_cdp_cmd('Accessibility.enable', {})
    nodes = browser.execute_cdp_cmd('Accessibility.getFullAXTree', {})['nodes']
    heard = [node['name']['value'] for node in nodes if node.get('role', {}).get('value') == 'image'
             and 'graph (values' in node['name']['value']]
    seen = browser.execute_script("""
        return [...document.querySelectorAll('article svg:has(> .graph)')].filter(svg => svg.checkVisibility())
          .map(svg => svg.getAttribute('aria-label'))""")
    assert sorted(heard) == sorted(seen) and len(seen) == 3
    reached = browser.execute_script("""
        return [...document.querySelectorAll('.micrograd-picture')].filter(each => {
          each.focus()
          return document.activeElement === each
        }).length""")
    assert reached == len(seen)


@pytest.mark.parametrize('chapter', ['04-blame', '05-local', '06-order'])
def test_each_step_has_its_node_in_view(browser, address, chapter):
    for width in (DESK, PHONE):
        show(browser, f'{address}/{chapter}.html', width)
        for steps in browser.find_elements(By.CSS_SELECTOR, '.micrograd-steps'):
            browser.execute_script("""
                const fold = arguments[0].closest('details')
                if (fold) fold.open = true
                arguments[0].scrollIntoView()
                scrollBy(0, -70)""", steps)  # below the head of the page
            figures = steps.find_elements(By.CSS_SELECTOR, 'figure')
            for i in range(len(figures)):
                if i:
                    figures[i - 1].find_element(By.CSS_SELECTOR, 'label:last-of-type').click()
                WebDriverWait(browser, 10, 0.05).until(in_view(figures[i]), f"{width} pixels, step {i}")


@pytest.mark.parametrize('chapter', ['04-blame', '05-local', '06-order'])
def test_no_arrow_touches_a_slope(browser, address, chapter):
    for width in (DESK, PHONE):
        show(browser, f'{address}/{chapter}.html', width)
        slopes, touched = browser.execute_script("""
            for (const fold of document.querySelectorAll('details:has(.micrograd-steps)')) fold.open = true
            const shown = [...document.querySelectorAll('.micrograd-steps svg')].filter(svg => svg.checkVisibility())
            const points = arrow => Array.from({ length: 50 },
              (_, i) => arrow.getPointAtLength(i / 49 * arrow.getTotalLength()))
            const inside = ({ x, y, width, height }) => point =>
              x < point.x && point.x < x + width && y + 3 < point.y && point.y < y + height - 3
            const texts = svg => [...svg.querySelectorAll('.edge text')].filter(text => text.textContent.trim())
            const touches = svg => texts(svg).filter(text => [...svg.querySelectorAll('.edge path')].some(
              arrow => points(arrow).some(inside(text.getBBox()))))
            return [shown.flatMap(texts).length, shown.flatMap(touches).map(text => text.textContent)]""")
        assert slopes > 3 and not touched, (width, slopes, touched)


@pytest.mark.parametrize('chapter', GRAPHS)
def test_numbers_change_in_the_layout_that_is_shown(browser, address, chapter):
    page = Figure(browser, f'{address}/{chapter}.html', PHONE).open()
    numbers = NUMBERS[:len(page.inputs())]
    for i, number in enumerate(numbers):
        page.type(i, number)
    page.until(lambda: page.gradients() == outside(chapter, numbers))
    place = next(place for place in browser.execute_script(PLACES) if place['cell'] == page.cell.find_element(
        By.CSS_SELECTOR, '.lab-bar').get_attribute('data-cell'))
    assert place['narrow'] and place['over'] <= 0 and place['letters'] > 9
    browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
        'width': DESK, 'height': 800, 'deviceScaleFactor': 1, 'mobile': False})
    assert not page.graph.find_elements(By.XPATH, "ancestor::div[contains(@class, 'narrow')]")
    assert page.gradients() == outside(chapter, numbers), "the other layout has other numbers"


def test_a_finger_drags_a_number_in_the_layout_that_is_shown(browser, address):
    page = Figure(browser, f'{address}/04-blame.html', PHONE).open()
    browser.execute_script("arguments[0].scrollIntoView({ block: 'center' })", page.box('f'))
    ActionChains(browser).drag_and_drop_by_offset(page.box('f'), 41, 3).perform()
    page.until(lambda: page.gradients()[0] != 'data -16.0000')
    number = float(page.inputs('text')[3].get_attribute('value'))
    assert 5.5 < number < 6.5
    page.until(lambda: page.gradients() == outside('04-blame', [2, 3, -10, number]))


@pytest.mark.parametrize('chapter', ['03-pictures', '04-blame', '05-local', '06-order'])
def test_a_node_of_either_layout_shows_the_line_that_made_it(browser, address, chapter):
    show(browser, f'{address}/{chapter}.html', PHONE)
    page, drawn, found = Page(browser, f'{address}/{chapter}.html'), made_by(chapter), 0
    for number, cell in enumerate(page.cells, 1):
        for picture in cell.find_elements(By.CSS_SELECTOR, '.narrow svg')[:1]:
            true = drawn[max(other for other in drawn if other <= number)]
            assert browser.execute_script(HOVER_BOXES, picture) == [list(line) for line in true], number
            found += len(true)
    assert found > 9


@pytest.mark.parametrize('theme', ['light', 'dark'])
def test_a_picture_that_goes_on_beside_its_column_says_so(browser, address, theme):
    show(browser, f'{address}/15-attention.html', PHONE)
    browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    picture = browser.execute_script("""
        return [...document.querySelectorAll('.micrograd-picture')].find(
          each => each.checkVisibility() && each.scrollWidth > each.clientWidth + 40)""")

    browser.execute_script("arguments[0].style.width = '220px'", picture)  # so that there is a middle without covers

    def edges(left):
        """Return whether the left and the right edge differ from the page, at a place of the picture's scroller."""
        browser.execute_script("arguments[0].scrollLeft = arguments[1]", picture, left)
        seen = Image.open(io.BytesIO(picture.screenshot_as_png)).convert('L')
        return [abs(seen.getpixel((x, 4)) - seen.getpixel((seen.width // 2, 4))) > 20 for x in (1, seen.width - 2)]

    assert [edges(left) for left in (0, 45, 9999)] == [[False, True], [True, True], [True, False]]
