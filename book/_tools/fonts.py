"""The fonts of the pages, in book/_static/fonts.css: cut down to the letters of a book in English and its formulas.

    npm install --ignore-scripts @fontsource-variable/source-serif-4@5.3.1 @fontsource-variable/source-sans-3@5.3.1 \\
        @fontsource-variable/source-code-pro@5.3.1 @fontsource/stix-two-math@5.3.0 @fontsource/arimo@5.3.0 \\
        @fortawesome/fontawesome-free@6.5.2
    python book/_tools/fonts.py node_modules

All are under the SIL Open Font License, which wants that what was changed has another name: so each gets one here.
"""
import sys
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import main as subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

STATIC = Path(__file__).parents[1] / '_static'
LETTERS = 'U+20-7E,U+A0,U+A9,U+B7,U+D7,U+E9,U+F6,U+FC,U+131,U+2013,U+2014,U+2018-201E,U+2026'  # with those of names
# Without: headings, what is said beside the text, what is stressed, and code.
CODE = 'U+20-7E,U+A0,U+AB,U+B2,U+B3,U+B7,U+BB,U+D7,U+2013,U+2014,U+2018-201E,U+2026'
# What occurs in the formulas, with their italics, and in the text: tests/test_html.py says what is missing.
SYMBOLS = ('U+20,U+22,U+27-29,U+2B-2C,U+2E-3A,U+3C-3E,U+4C-4E,U+5B,U+5D,U+61-7A,U+7C,U+2C6,U+3B1,U+3B2,U+3B7,U+3C3,'
           'U+2026,U+2061,U+210E,U+2190-2193,U+2202,U+2211,U+2212,U+221A,U+221E,U+2248,U+22C5,U+22EF,U+2605,U+2713,'
           'U+27E8,U+27E9,U+1D43F,U+1D441,U+1D44E-1D467,U+1D6FC,U+1D6FD,U+1D702,U+1D70E')
# Lens, cross, list, moon and sun, ...: those of the theme.
ICONS = 'U+F002,U+F00D,U+F03A,U+F042,U+F062,U+F0C9,U+F104,U+F105,U+F107,U+F185,U+F186'
FEATURES = 'kern,liga,mark,mkmk,ccmp,ssty'  # the last one: the forms of letters in exponents
WEIGHTS, ONE_WEIGHT = {'wght': (400, 400, 700)}, {'wght': 400}
CUT = {  # name here: (file from npm, letters, range of weights)
    'serif': ('@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal', LETTERS, WEIGHTS),
    'serif-italic': ('@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-italic', CODE, ONE_WEIGHT),
    'sans': ('@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal', CODE, WEIGHTS),
    'code': ('@fontsource-variable/source-code-pro/files/source-code-pro-latin-wght-normal', CODE, WEIGHTS),
    'math': ('@fontsource/stix-two-math/files/stix-two-math-latin-400-normal', SYMBOLS, {}),
    'icons': ('@fortawesome/fontawesome-free/webfonts/fa-solid-900', ICONS, {}),
    'figures': ('@fontsource/arimo/files/arimo-latin-400-normal', LETTERS, {}),
}
# What a page is set in comes inside the style sheet: it is there before the first line is painted, so that nothing
# moves, and in browsers that load no font from a file beside the page.
INSIDE = 'serif', 'serif-italic', 'sans', 'code', 'math', 'icons'
RULES = (  # the name in the pages, the font, more of its rule
    ('Book Serif', 'serif', 'font-weight: 400 700'),
    ('Book Serif', 'serif-italic', 'font-style: italic'),
    ('Book Sans', 'sans', 'font-weight: 400 700'),
    ('Book Code', 'code', 'font-weight: 400 700'),
    ('Book Math', 'math', ''),
    ('Book Icons', 'icons', ''),
    ('Book Figures', 'figures', ''),  # as wide as Helvetica, which Graphviz reckons with
)
COPYRIGHT, FAMILY, STYLE, IDENTIFIER, FULL, VERSION, POSTSCRIPT, LICENCE, LICENCE_ADDRESS = 0, 1, 2, 3, 4, 5, 6, 13, 14


def renamed(font, name):
    """Return the font under another name, with its copyright and licence."""
    table = font['name']
    table.names = [record for record in table.names if record.nameID in {COPYRIGHT, VERSION, LICENCE, LICENCE_ADDRESS}]
    for identifier in (FAMILY, IDENTIFIER, FULL, POSTSCRIPT):
        table.setName(name, identifier, 3, 1, 0x409)
    table.setName('Regular', STYLE, 3, 1, 0x409)
    return font


def cut(packages, name, folder):
    """Return the bytes of one font, from the folder of npm's packages."""
    file, letters, weights = CUT[name]
    font, whole, part = TTFont(packages / f'{file}.woff2'), folder / 'whole.ttf', folder / 'part.woff2'
    renamed(instantiateVariableFont(font, weights) if weights else font, f'Book {name}').save(whole)
    subset([str(whole), f'--unicodes={letters}', f'--layout-features={FEATURES}', '--flavor=woff2', '--no-hinting',
            '--name-IDs=*', f'--output-file={part}'])
    return part.read_bytes()


def write(packages):
    """Write the fonts and the style sheet that names them."""
    with TemporaryDirectory() as folder:
        fonts = {name: cut(packages, name, Path(folder)) for name in CUT}
    for name in fonts.keys() - INSIDE:
        (STATIC / 'fonts' / f'{name}.woff2').write_bytes(fonts[name])
    rules = ['/* Written by book/_tools/fonts.py. */']
    for family, name, more in RULES:
        inside = 'data:font/woff2;base64,' + b64encode(fonts[name]).decode()
        address, wait = (inside, 'block') if name in INSIDE else (f'fonts/{name}.woff2', 'swap')
        rules.append(f'@font-face {{ font-family: "{family}"; src: url({address}); font-display: {wait}; {more} }}')
    (STATIC / 'fonts.css').write_text('\n'.join(rules) + '\n')


if __name__ == '__main__':
    write(Path(sys.argv[1]))
