"""The built pages: the map, the folds, the captions, the steps; and that the build has no warning."""
import ast
import io
import os
import pickle
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from unicodedata import normalize

import pydata_sphinx_theme
import pytest
import tinycss2
import weave
from bs4 import BeautifulSoup
from docutils import nodes
from fontTools.ttLib import TTFont
from listings import PAGES, anchor, package
from reference import public
from theme_fixes import reduced

from classroom.chapters import chapter_of, modules, pieces, read

ROOT = Path(__file__).parents[1]
CHAPTERS = {path.stem: path.read_text(encoding='utf-8') for path in weave.chapters()}


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """The folder of a fresh build."""
    out = tmp_path_factory.mktemp('build')
    command = [Path(sys.executable).parent / 'jupyter-book', 'build', 'book', '--config', ROOT / '_config.yml',
               '--toc', ROOT / '_toc.yml', '--path-output', out, '-W', '-n', '--keep-going', '-q']
    anywhere = {name: value for name, value in os.environ.items() if not name.startswith('BOOK_')}
    build = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=anywhere)
    assert build.returncode == 0, build.stderr
    return out / '_build'


@pytest.fixture(scope='module')
def pages(built):
    """The pages of a fresh build, {name: parsed page}."""
    return {page.stem: BeautifulSoup(page.read_text(encoding='utf-8'), 'html.parser')
            for page in (built / 'html').glob('*.html')}


def test_the_next_build_knows_what_the_search_finds(built):
    environment = pickle.loads((built / '.doctrees' / 'environment.pickle').read_bytes())
    entries = environment._search_index_index_entries
    assert 'MLP' in {name for name, *_ in entries['10-neuron']}


def test_the_map_says_what_the_chapters_say(pages):
    needs = {name: re.findall(r'\{doc\}`([\w-]+)`', re.search(r'^- \*You need:\* (.*)$', text, re.MULTILINE)[1])
             for name, text in CHAPTERS.items() if '*You need:*' in text}
    drawing = next(svg for svg in pages['index'].find_all('svg')
                   if 'Which chapter needs which' in svg.get('aria-label', ''))
    titles = {name: pages[name].find('h1').get_text().rstrip('#') for name in CHAPTERS}
    shown = set(re.findall('“(.*?)” needs “(.*?)”', drawing['aria-label']))
    assert shown == {(titles[name], titles[other]) for name, others in needs.items() for other in others}
    assert len(shown) > 14
    assert {link['xlink:href'] for link in drawing.find_all('a')} == {f'{name}.html' for name in CHAPTERS}


@pytest.mark.parametrize('name', CHAPTERS)
def test_checks_and_solutions_are_folded_under_their_own_words(pages, name):
    folds = [(summary.find(['span', 'p']) or summary).get_text(strip=True)
             for summary in pages[name].find_all('summary')]
    assert folds.count('The check') >= folds.count('Solution') >= 3
    assert not pages[name].find_all('summary', attrs={'aria-label': True})
    listings = len(re.findall(r'^:tags: \[hide-input\]\n:weave: ', CHAPTERS[name], re.MULTILINE))
    pictures = CHAPTERS[name].count(':tags: [hide-input, picture]\n')
    assert folds.count('More of the program') == listings and folds.count('How this is drawn') == pictures
    for word, count in (('The check', CHAPTERS[name].count('hide-input') - listings - pictures),
                        ('Solution', CHAPTERS[name].count('hide-cell')),
                        ('What comes out', CHAPTERS[name].count('hide-output'))):
        assert folds.count(word) == count


@pytest.mark.parametrize('name, number', [('04-blame', 1), ('05-local', 1), ('06-order', 2), ('20-loom', 1)])
def test_backward_passes_to_step_through(pages, name, number):
    steps = pages[name].find_all(class_='micrograd-steps')
    assert len(steps) == number
    for group in steps:
        assert len(group.find_all('input')) == len(group.find_all('figure')) > 2
    ids = [tag['id'] for tag in pages[name].find_all(id=True)]
    assert len(ids) == len(set(ids)), "ids that occur twice"


def ids(page):
    """Return the ids on a page."""
    return {tag['id'] for tag in page.find_all(id=True)}


def whole(pages, module):
    """Return the page that shows the package of a module whole."""
    return pages[PAGES[package(module)].removesuffix('.html')]


def test_every_line_of_both_packages_is_on_a_page(pages):
    for module in modules():
        section = whole(pages, module).find(id=nodes.make_id(f'file-{module}'))
        shown = [block.get_text().rstrip('\n') for block in section.find_all('pre')]
        assert shown == [code.rstrip('\n') for code in pieces(read(module)).values()], module


def test_every_listing_and_its_place_in_the_whole_package_lead_to_each_other(pages):
    for module, written in chapter_of().items():
        for piece, number in written.items():
            target = anchor(f'{module}.{piece}'.rstrip('.'))
            chapter = next(name for name in CHAPTERS if name.startswith(f'{number:02}-'))
            assert target in ids(pages[chapter]) and target in ids(whole(pages, module)), target
            assert whole(pages, module).find('a', href=f'{chapter}.html#{target}'), target


def plain(text):
    """Return a text without marks that are not printed, its words one space apart."""
    return ' '.join(re.sub(r"[`*'’\"“”]", '', text).split())


def test_the_reference_has_what_each_module_offers_with_its_constructors(pages):
    shown, text = ids(pages['reference']), plain(pages['reference'].get_text())
    for module in modules():
        for node in public(module):
            assert f'{module}.{node.name}' in shown
            parts = node.body if module.startswith('micrograd.') and isinstance(node, ast.ClassDef) else []
            for part in [node, *(part for part in parts if isinstance(part, ast.FunctionDef))]:
                if ast.get_docstring(part) and re.match('__|[^_]', part.name):
                    assert plain(ast.get_docstring(part))[:25] in text, f'{module}.{node.name}.{part.name}'
    assert {'micrograd.nn.Neuron.parameters', 'micrograd.engine.Value.__radd__', 'micrograd.fused.FusedLayer',
            'micrograd.learn.softmax', 'micrograd.program.Program.run', 'classroom.dual.Dual'} <= shown


def test_pages_stand_at_clean_addresses_and_run_no_script_from_elsewhere(pages):
    assert {'index', 'questions', 'notation', 'glossary', *CHAPTERS} <= set(pages)
    for page in pages.values():
        for tag in page.find_all(['script', 'link', 'img']):
            assert not re.match('(https?:)?//', tag.get('src') or tag.get('href') or ''), tag


STATIC = ROOT / 'book' / '_static'
ITALICS = {normalize('NFKC', letter): letter
           for letter in map(chr, (0x210E, *range(0x1D434, 0x1D468), *range(0x1D6FC, 0x1D715)))}
OF_THE_SYSTEM = set('⌘■●✕')


def letters(family):
    """Return the letters that a font of fonts.css has."""
    packed = re.search(rf'"{family}"; src: url\(data:font/woff2;base64,([^)]*)', (STATIC / 'fonts.css').read_text())[1]
    return set(map(chr, TTFont(io.BytesIO(b64decode(packed))).getBestCmap()))


def test_the_fonts_have_what_formulas_and_text_need_and_the_icons(pages):
    text = ''.join(page.get_text() for page in pages.values())
    scripts = ''.join(file.read_text(encoding='utf-8') for file in ROOT.glob('book/_[sl]*/*.*js'))
    formulas = {letter for page in pages.values() for formula in page.find_all('math') for letter in formula.get_text()}
    names = {mi.get_text() for page in pages.values() for mi in page.find_all('mi')}
    symbols = set(re.findall('[\u0370-\u03ff\u2190-\u2bff]', text + scripts)) - OF_THE_SYSTEM
    roots = {'√' for page in pages.values() if page.find(['msqrt', 'mroot'])}  # which a browser draws, without a letter
    needed = formulas | symbols | roots | {ITALICS[name] for name in names & ITALICS.keys()}
    assert len(needed) > 80 and not {letter for letter in needed if not letter.isspace()} - letters('Book Math')
    theme = next(Path(pydata_sphinx_theme.__file__).parent.rglob('pydata-sphinx-theme.css'))
    codes = {name: chr(int(code, 16)) for rule, code in re.findall(
        r'((?:\.fa-[\w-]+::?before,?)+)\{content:"\\([0-9a-f]+)', theme.read_text(encoding='utf-8'))
        for name in re.findall(r'fa-[\w-]+', rule)}
    classes = {name for page in pages.values() for tag in page.select('[class*=fa-]') for name in tag['class']}
    assert len(classes & codes.keys()) > 8 and {codes[name] for name in classes & codes.keys()} <= letters('Book Icons')


def test_the_name_of_a_function_stands_apart_in_formulas(pages):
    names = [mi for page in pages.values() for mi in page.select('math mi') if len(mi.get_text()) > 1]
    applied = [mi for mi in names if (sign := mi.find_next_sibling()) and sign.get_text() == '\u2061']
    after = [mi.find_next_siblings()[1] for mi in applied]
    assert len(after) > 20 and all(each.name == 'mspace' or each.get_text().strip()[0] in '(∑' for each in after)
    before = [mi.find_previous_sibling() for mi in applied]
    assert not [each for each in before if each and each.name != 'mspace' and each.get_text().isalnum()]


@pytest.mark.parametrize('styles, kept', [
    ('.a, .b > p {color: red} .c {top: 0}', '.a{color: red}\n'),
    ('.a::after {content: "}"} .b {content: "{"}', '.a::after{content: "}"}\n'),
    ('#a.c, #a:not(.c, .b), [href*=","] p, [title] {top: 0}', '#a:not(.c, .b),[href*=","] p{top: 0}\n'),
    ('.a {--used: 1; --not: 2; color: red} /* p {} */ p {--not: url("}")}', '.a{--used: 1;color: red}\n'),
    ('@media print {.a {top: 0} .c {top: 0}} @supports (top: 0) {.c {top: 0}}', '@media print {.a{top: 0}\n}\n'),
    ('@import "b.css"; @keyframes c {to {top: 0}}', '@import "b.css";@keyframes c {to {top: 0}}'),
    ('.\\31 0, .b {top: 0}', '.\\31 0{top: 0}\n'),
])
def test_of_styles_those_rules_stay_that_can_apply(styles, kept):
    used = {'a', '10', 'href', '--used'}
    assert reduced(tinycss2.parse_stylesheet(styles, True, True), used) == kept
