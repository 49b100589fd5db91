"""Sphinx: beside the pages, the licences of what comes with them from elsewhere: the theme, its fonts, Python's wheels.

What comes from npm is listed by the lab, in _static/lab/LICENCES.txt.
"""
import json
import re
from importlib.metadata import distribution
from pathlib import Path

PARTS = json.loads((Path(__file__).parents[1] / '_lab' / 'parts.json').read_text(encoding='utf-8'))
IN_THE_LAB = [name for name in PARTS['wheels'] if name != 'micrograd_book']
# Whose files lie in _static, or are packed into _static/lab.
PACKAGES = ('Sphinx', 'pydata-sphinx-theme', 'sphinx-book-theme', 'sphinx-copybutton', 'sphinx-design', 'myst-nb',
            'pygments', *IN_THE_LAB)
# What comes without the text of its licence, and a package under the same licence, which brings it.
SAME_LICENCE = {'PSF-2.0, of CPython and its library (inside pyodide)': 'typing_extensions',
                'MPL-2.0, of pyodide': 'hypothesis'}
INSIDE = """Inside pydata-sphinx-theme: Bootstrap, MIT, and Font Awesome Free by Fonticons, Inc.: its icons CC BY 4.0
(creativecommons.org/licenses/by/4.0), its fonts SIL OFL 1.1, its code MIT. Inside sphinx-copybutton: clipboard.js, MIT.
In fonts.css and fonts, cut down and renamed, under SIL OFL 1.1: Source Serif 4, Source Sans 3 and Source Code Pro
((c) Adobe), STIX Two Math ((c) the STIX Fonts Project Authors), Arimo ((c) the Arimo Project Authors).
The terms of MIT are those of the packages below that are under it. Inside @hpcc-js/wasm-graphviz: Graphviz, EPL-2.0."""
TEXTS = sorted((Path(__file__).parent / 'licences').glob('*.txt'))  # that no package here brings in every Python
RULE = '\n\n' + '-' * 72 + '\n\n'


def licence(name):
    """Return name, version and the text of the licence of an installed package. AssertionError if it has none."""
    package = distribution(name)
    files = [file for file in package.files if re.fullmatch(r'(licen[cs]e|copying)([.-].*)?', file.name, re.IGNORECASE)
             and '.dist-info' in str(file)]
    texts = [file.locate().read_text(encoding='utf-8') for file in files]
    assert texts, f"expected {name} to bring the text of its licence"
    return RULE.join([f'{name} {package.version}', *texts])


def write_licences(app, error):
    """Write _static/LICENCES.txt."""
    if not error and app.builder.format == 'html':
        same = [f'{what}, as {name} brings it{RULE}{licence(name)}' for what, name in SAME_LICENCE.items()]
        parts = ["What comes with the pages from elsewhere, and under which licences.", INSIDE,
                 *map(licence, PACKAGES), *same, *(path.read_text(encoding='utf-8') for path in TEXTS)]
        (app.outdir / '_static' / 'LICENCES.txt').write_text(RULE.join(parts) + '\n', encoding='utf-8')


def setup(app):
    app.connect('build-finished', write_licences)
    return {'version': '1', 'parallel_read_safe': True}
