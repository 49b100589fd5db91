"""Sphinx: figures that move. `interactive` puts one into a page: its first picture, its controls, what is said of it.

The script attaches to these. It and the style are loaded by pages with such a figure, and by no others; without scripts
the picture stands alone.
"""
from docutils.parsers.rst import directives
from listings import raw
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from classroom import playground, sketches
from classroom.playground import CHAPTER, DATA, LOSSES, STORED, WRONG_ENGINES, Training, engine_words

CHOICES = {  # of a playground: a label, and the values with their words
    'data': ('data', {**dict.fromkeys(DATA), 'own': 'your own points'}),
    'add': ('a click adds', {'1': '● +1', '-1': '■ −1'}),
    'noise': ('noise', dict.fromkeys('0 0.05 0.1 0.2 0.3'.split())),
    'layers': ('layers', dict.fromkeys('1 2 3 4 8 16 2-2 4-4 8-8 16-16 4-4-4 8-8-8 16-16-16'.split())),
    'loss': ('loss', dict.fromkeys(LOSSES)),
    'rate': ('rate', {'falling': '1, falling to 0.1', **dict.fromkeys('0.01 0.03 0.1 0.3 1 3'.split())}),
    'regularisation': ('regularisation', dict.fromkeys('0 0.0001 0.001 0.01 0.1'.split())),
    'batch': ('batch', {'all': 'all points', **dict.fromkeys('32 10 1'.split())}),
    'wrong': ('wrong engine beside it', {'': 'none', **{name: engine_words(name) for name in WRONG_ENGINES}}),
    'pace': ('pace', {'1000 1': '1 step a second', '100 1': '10 a second', '0 1': 'a step each frame',
                      '0 10': '10 each frame'}),  # milliseconds, steps
}
SETTINGS = {**CHAPTER, 'add': '1', 'pace': '0 1'}
FRAMES = [*range(40), *range(40, 101, 5)]  # steps that the film shows
MAIN = 'data', 'add', 'layers', 'rate', 'wrong'
MORE = 'noise', 'loss', 'regularisation', 'batch', 'seed', 'pace'
PLAYGROUND = '''
<form class="interactive playground" aria-label="A training to play with" autocomplete="off">
<div class="figure-bar"><button type="button" class="play">Play</button>
<button type="button" class="step">One step</button>
<button type="button" class="reset">Reset</button>
<output class="readout">{readout} <span class="scripted">Play starts a new training.</span></output></div>
<div class="stage"><svg class="plane" viewBox="0 0 430 280" role="img" tabindex="-1"
aria-label="The plane: where the network says what, and the points"><g class="scene">{scene}</g>
<path class="cross" d="M199 140h32m-16-16v32"/></svg>
<div><svg class="network" viewBox="0 0 340 220" role="img"
aria-label="The network: a circle for each neuron, a line for each weight">{network}</svg>
<label class="scripted">the plane shows <select class="neuron" name="neuron">{neuron}</select></label>
<svg class="losses" viewBox="0 0 340 72" role="img" aria-label="The loss over the steps">{losses}</svg>
<p>Loss <span class="seen">on these points</span><span class="on-new">, <span
class="unseen">on new points</span></span>, on a logarithmic scale</p></div>
<div class="beside"></div></div>
<div class="figure-controls">{main}<details class="more" open><summary>More settings</summary>
<div>{more}</div></details></div>
<p class="on-own">A click into the plane adds a point or takes it away.
So do Enter and Space, where arrow keys have moved the cross.</p>
<p class="scripted"><a href="12-moons.html#the-loop-of-the-moons">This is the code.</a>
The address of this page keeps your settings.</p></form>'''
SLIDERS = '''
<form class="interactive sliders" autocomplete="off" data-function="{function}">{sliders}
<button type="reset">Reset</button><output class="readout"></output></form>'''
SLIDER = '''<label>{name} <input type="range" name="{name}" value="{value}" min="{low}" max="{high}" step="{step}">
<span>{value}</span></label>'''
TEXT = '''<label>{name} <input type="text" name="{name}" value="{value}" maxlength="{low}" spellcheck="false">
<span hidden></span></label>'''

FILM = '''
<div class="film"><a href="playground.html"><svg class="plane" viewBox="0 0 430 280" role="img"
aria-label="Two interlocking crescents of points, and between them the bent line that a network of 337 parameters learns
to draw: the playground">{scene}{words}</svg></a>
<button type="button">Play again</button></div>'''


def control(name, value):
    """Return a control of a playground as HTML, set to a value."""
    if name == 'seed':
        return f'<label>seed <input type="number" name="seed" value="{value}" min="0" max="99999" required></label>'
    label, choices = CHOICES[name]
    options = ''.join(f'<option value="{each}"{" selected" * (each == value)}>{words or each}</option>'
                      for each, words in choices.items())
    return f'<label>{label} <select name="{name}">{options}</select></label>'


def make_playground(options):
    """Return a playground as HTML: its first picture, and the controls that it names."""
    settings = {name: options.get(name, value) for name, value in SETTINGS.items()}
    chosen = options.get('controls', ' '.join(MAIN + MORE)).split()
    main, more = (''.join(control(name, settings.pop(name)) for name in names if name in chosen)
                  for names in (MAIN, MORE))
    more += ''.join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in settings.items())
    training = Training({**CHAPTER, **options})
    training.take(STORED)
    return PLAYGROUND.format(main=main, more=more, **training.picture('', whole=True))


def make_sliders(options):
    """Return the sliders of a picture as HTML: the picture stands above them."""
    made = [dict(zip(('name', 'value', 'low', 'high', 'step'), each.split())) for each in options['sliders'].split(',')]
    controls = ''.join((SLIDER if 'step' in each else TEXT).format(**each) for each in made)
    return SLIDERS.format(function=options['function'], sliders=controls)


def make_film(options):
    """Return the network of chapter 12 in a hundred steps as HTML: a picture that moves once, without a script."""
    training, frames, words = Training(CHAPTER), [], []
    [learner] = training.learners
    for i, step in enumerate(FRAMES):
        training.take(step - training.steps)
        drawn = sketches.bands(learner.answers(training.places), unit=1, levels=(0,))
        frames.append(f'<g class="frame" style="--frame: {i}">{drawn}</g>')
        words.append(f'<text class="frame" style="--frame: {i}" x="424" y="272" text-anchor="end">'
                     f'step {step}: {learner.history[-1][1]:.0%}</text>')
    scene = sketches.plane(''.join(frames), *training.seen, training.middle)
    return FILM.format(scene=scene, words=''.join(words))


FIGURES = {'playground': make_playground, 'sliders': make_sliders, 'film': make_film}


class Interactive(SphinxDirective):
    """A figure that moves: `playground`, with its settings; `sliders`, for the picture above; `film`."""
    required_arguments = 1
    option_spec = dict.fromkeys((*CHAPTER, 'controls', 'function', 'sliders'), directives.unchanged)

    def run(self):
        for module in (playground, sketches):
            self.env.note_dependency(module.__file__)  # a page is read again when its figure is another
        self.env.note_dependency(__file__)
        on_screens = addnodes.only(expr='not epub')
        on_screens += raw(FIGURES[self.arguments[0]](self.options))
        return [on_screens]


def add_files(app, pagename, templatename, context, doctree):
    """Load script and style on a page that has such a figure, and Python where no cells bring it."""
    body = context.get('body', '') if app.config.has_lab else ''
    if 'class="film"' in body or 'class="interactive' in body:
        app.add_css_file('lab/training.css')
    if 'class="interactive' in body:
        if 'class="lab-page' not in body:
            app.add_js_file('lab/python.js', loading_method='defer')
        app.add_js_file('lab/training.js', loading_method='defer')


def setup(app):
    app.add_directive('interactive', Interactive)
    app.connect('html-page-context', add_files, priority=600)  # behind the page's own script
    return {'version': '2', 'parallel_read_safe': True}
