"""How long a reader waits: for a page, from a click in it to the first result, and for a cell after that.

    make page-speed

Five times, in a fresh Chromium that has nothing in its cache, from a server on this machine and from files.
"""
from statistics import median

from conftest import HTML, chromium, lighthouse, served
from test_lab import Page

ROUNDS = 5
# From a click on Run until the cell says how it ended, in seconds, by the clock of the page.
TIME_RUN = """
const [cell, done] = arguments, begun = performance.now()
new MutationObserver(() => {
  const { state } = cell.dataset
  if (!['waiting', 'running'].includes(state)) done([state, (performance.now() - begun) / 1000])
}).observe(cell, { attributeFilter: ['data-state'] })
cell.querySelector('.lab-run').click()
"""


def seconds(page, cell):
    """Run a cell; return how long it took. AssertionError unless it ends well."""
    state, taken = page.browser.execute_async_script(TIME_RUN, cell)
    assert state == 'done', f"expected the cell to be done, it is {state}"
    return taken


def visit(url):
    """Open a chapter in a fresh browser; return the seconds to its first result, and of a cell that does nothing."""
    with chromium() as browser:
        page = Page(browser, url)
        first = seconds(page, page.cells[0])
        page.write(page.cells[0], '1')
        return first, median(seconds(page, page.cells[0]) for _ in range(ROUNDS))


if __name__ == '__main__':
    with served() as address:
        marks = [lighthouse(f'{address}/04-blame.html')[0]['performance'] for _ in range(ROUNDS)]
        print(f'performance, of 100, by Lighthouse: {median(marks)} ({min(marks)} to {max(marks)})', flush=True)
        for way, base in (('from a server', address), ('from files', HTML.as_uri())):
            first, empty = zip(*(visit(f'{base}/00-tour.html') for _ in range(ROUNDS)))
            print(f'{way}: click to first result {median(first):.2f} s ({min(first):.2f} to {max(first):.2f}); '
                  f'a cell after that, beyond its own work, {1000 * median(empty):.0f} ms', flush=True)
