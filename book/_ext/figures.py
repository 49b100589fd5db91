"""Sphinx: figures that move. `interactive` puts one into a page: its stored picture, its controls, what is said of it.

The script attaches to these. It and the style are loaded by pages with such a figure, and by no others; without scripts
the picture stands alone.
"""
import json
import re
from html import escape
from pathlib import Path

from docutils.parsers.rst import directives
from lab import raw
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from classroom.playground import CHAPTER, DATA, LOSSES, WRONG_ENGINES
from classroom.wrong import WRONG

STATIC = Path(__file__).parents[1] / '_static'


def engine_words(name):
    """Return what a wrong engine is called, and what it does."""
    return escape(f"{name.replace('_', ' ')}: {WRONG[name][1].__doc__.rstrip('.')}")


CHOICES = {  # of a playground: a label, and the values with their words
    'data': ('data', {**dict.fromkeys(DATA), 'own': 'your own points'}),
    'add': ('a click adds', {'1': '● +1', '-1': '■ −1'}),
    'noise': ('noise', dict.fromkeys('0 0.05 0.1 0.2 0.3'.split())),
    'layers': ('layers', dict.fromkeys('1 2 3 4 8 16 2-2 4-4 8-8 16-16 4-4-4 8-8-8 16-16-16'.split())),
    'loss': ('loss', dict.fromkeys(LOSSES)),
    'rate': ('rate', {'falling': '1, falling to 0.1', **dict.fromkeys('0.01 0.03 0.1 0.3 1 3'.split())}),
    'regularisation': ('regularisation', dict.fromkeys('0 0.0001 0.001 0.01 0.1'.split())),
    'batch': ('batch', {'all': 'all points', **dict.fromkeys('32 10 1'.split())}),
    'wrong': ('wrong engine beside it', {
        '': 'none', **{name: engine_words(name) for name in WRONG_ENGINES}}),
    'pace': ('pace', {'1': '1 step a second', '10': '10 a second', '': 'a step each frame', 'fast': '10 each frame'}),
}
MAIN = 'data', 'add', 'layers', 'rate', 'wrong'
MORE = 'noise', 'loss', 'regularisation', 'batch', 'seed', 'pace'
PLAYGROUND = '''
<div class="interactive playground" role="group" aria-label="A training to play with"
data-settings="{settings}" data-steps="{steps}">
<div class="figure-bar"><button type="button" class="play">Play</button>
<button type="button" class="step">One step</button>
<button type="button" class="reset">Reset</button><p class="readout">{words}
<span class="scripted">Play starts a new training.</span></p></div>
<div class="stage"><div class="plane-of">{plane}</div><div class="network-of">{network}
<p class="network-words scripted"></p>{losses}<p class="key">Loss <span class="seen">on these points</span><span
class="on-new">, <span class="unseen">on new points</span></span>, on a logarithmic scale</p></div>
<div class="plane-of" hidden></div><p class="cost" hidden></p></div>
<form class="figure-controls" autocomplete="off">{controls}<details open><summary>More settings</summary>
<div>{more}</div></details></form>
<p class="figure-note scripted"><a href="12-moons.html#the-loop-of-the-moons">This is the code.</a>
The address of this page keeps your settings.</p>
<p class="for-ears" role="status"></p></div>'''
SLIDERS = '''
<form class="interactive sliders" autocomplete="off" data-function="{function}">{sliders}
<button type="reset">Reset</button><p class="readout" role="status"></p></form>'''
SLIDER = '''<label>{name} <input type="range" name="{name}" value="{value}" min="{low}" max="{high}" step="{step}">
<span>{value}</span></label>'''
TEXT = '''<label>{name} <input type="text" name="{name}" value="{value}" maxlength="{low}" spellcheck="false">
<span hidden></span></label>'''


def control(name, value):
    """Return a control of a playground as HTML, set to a value."""
    if name == 'seed':
        return f'<label>seed <input type="number" name="seed" value="{value}" min="0" max="99999" required></label>'
    label, choices = CHOICES[name]
    options = ''.join(f'<option value="{each}"{" selected" * (each == value)}>{words or each}</option>'
                      for each, words in choices.items())
    return f'<label>{label} <select name="{name}">{options}</select></label>'


def playground(options):
    """Return a playground as HTML: its stored picture, and the controls that it names."""
    settings = {**CHAPTER, **{name: value for name, value in options.items() if name in CHAPTER}}
    stored = (STATIC / f"playground-{settings['data']}.svg").read_text(encoding='utf-8')
    plane, network, losses = re.findall(r'<svg class=.*?</svg>', stored, re.DOTALL)
    chosen = options.get('controls', ' '.join(MAIN + MORE)).split()
    controls, more = (''.join(control(name, settings.get(name, '1' if name == 'add' else ''))
                              for name in names if name in chosen) for names in (MAIN, MORE))
    steps, words = re.search(r'aria-label="The plane\. Step (\d+): (.*?)"', plane).groups()
    words = f"After {steps} steps: {words.replace('%', '&nbsp;%')}"
    return PLAYGROUND.format(settings=escape(json.dumps(settings)), steps=steps, controls=controls, more=more,
                             plane=plane, network=network, losses=losses, words=words)


def sliders(options):
    """Return the sliders of a picture as HTML: the picture stands above them."""
    made = [dict(zip(('name', 'value', 'low', 'high', 'step'), each.split())) for each in options['sliders'].split(',')]
    controls = ''.join((SLIDER if 'step' in each else TEXT).format(**each) for each in made)
    return SLIDERS.format(function=options['function'], sliders=controls)


FIGURES = {figure.__name__: figure for figure in (playground, sliders)}


class Interactive(SphinxDirective):
    """A figure that moves: `playground`, with its settings, or `sliders`, for the picture above."""
    required_arguments = 1
    option_spec = dict.fromkeys((*CHAPTER, 'controls', 'function', 'sliders'), directives.unchanged)

    def run(self):
        for path in (__file__, *STATIC.glob('playground-*.svg')):
            self.env.note_dependency(str(path))  # a page is read again when its figure is another
        on_screens = addnodes.only(expr='not epub')
        on_screens += raw('{figure}', figure=FIGURES[self.arguments[0]](self.options))
        return [on_screens]


def add_files(app, pagename, templatename, context, doctree):
    """Load script and style on a page that has such a figure, and Python where no cells bring it."""
    if app.config.lab_version and 'class="interactive' in context.get('body', ''):
        app.add_css_file('lab/training.css')
        if 'class="lab-page' not in context['body']:
            app.add_js_file('lab/python.js', loading_method='defer')
        app.add_js_file('lab/training.js', loading_method='defer')


def setup(app):
    app.add_directive('interactive', Interactive)
    app.connect('html-page-context', add_files, priority=600)  # behind the page's own script
    return {'version': '1', 'parallel_read_safe': True}
