"""What the model of chapter 15 makes of a beginning: who looks at whom, what is next."""
import json
import random
from functools import cache
from math import cos, pi, sin

from classroom.plots import canvas, show
from classroom.stored import stored

LETTERS = '.abcdefghijklmnopqrstuvwxyz'
LONGEST = 11  # letters: the model has places for these and the dot before them
NOTED = 0.03  # the least share that is drawn


def attention_picture(text, looks, odds):
    """Return a picture of who looks at whom, head by head, and of the next letter's odds.

    An arc leads from a letter back to what it looks at, as thick as its share; a dot is
    what it gives to itself. Those of the last letter, which the odds hang on, stand out.
    """
    figure, (*heads, bars) = canvas(9, 2.5, columns=len(looks[0]) + 1)
    for head, axes in enumerate(heads):
        for who, look in enumerate(looks):
            for whom, share in enumerate(look[head]):
                if share >= NOTED:
                    draw_look(axes, whom, who, share, is_last=look is looks[-1])
        axes.set(title=f"head {head}", xlim=(-0.8, len(looks) - 0.2),
                 ylim=(-0.7, max(2, len(looks) / 2)))
        axes.set_xticks(range(len(looks)), '.' + text)
        axes.set_yticks([])
        axes.spines[['left', 'bottom']].set_visible(False)
        axes.tick_params(length=0)
    likely = sorted(zip(odds, LETTERS), reverse=True)[:7]
    bars.barh(range(len(likely)), [share for share, _ in reversed(likely)])
    bars.set_yticks(range(len(likely)), [letter for _, letter in reversed(likely)])
    bars.set_xticks([0, 0.5, 1], ['0', '50 %', '100 %'])
    bars.set(title="the next letter", xlim=(0, 1.2))
    return show(figure, describe(text, looks[-1], likely[:3]))


def draw_look(axes, whom, who, share, is_last):
    """Draw how much one letter gives to another, or to itself."""
    look = {'color': 'C1' if is_last else 'C0', 'alpha': 0.9 if is_last else 0.3}
    if who == whom:
        axes.scatter([who], [0], s=60 * share, **look)
    else:
        middle, radius = (who + whom) / 2, (who - whom) / 2
        angles = [pi * i / 16 for i in range(17)]
        axes.plot([middle + radius * cos(angle) for angle in angles],
                  [radius * sin(angle) for angle in angles], linewidth=4 * share, **look)


def describe(text, look, likely):
    """Return in words what the last letter looks at most, and what may follow."""
    dotted = '.' + text
    most = [max(zip(shares, dotted)) for shares in look]
    looks = [f"head {head} {share:.0%} at {name(letter)}"
             for head, (share, letter) in enumerate(most)]
    odds = [f"{name(letter)} {share:.0%}" for share, letter in likely]
    return (f"Who looks at whom in {dotted}, as arcs back from each letter, a picture for "
            "each head, and the odds of the next letter as bars. The last letter looks: "
            f"{', '.join(looks)}. The next letter: {', '.join(odds)}.")


def name(letter):
    """Return a letter as it is said."""
    return 'the dot' if letter == '.' else letter


@cache
def trained():
    """Return the model with the parameters that are stored."""
    from classroom.gpt import GPT  # not before it is wanted: it reads all the names
    model = GPT(random.Random(42))
    numbers = json.loads(stored('gpt.json'))['weights']
    for p, number in zip(model.parameters(), numbers):
        p.data = number
    return model


@cache
def scores_and_looks(text):
    """Return the last scores for a text, as numbers, and who looks at whom in it."""
    from classroom.gpt import codes, scores_of
    scores, looks = scores_of(trained(), codes(text)[:-1])
    return [score.data for score in scores[-1]], looks


def attention(text, temperature):
    """Return the picture for a beginning that a reader types, by the stored model."""
    from micrograd.engine import Value
    from micrograd.learn import softmax
    letters = ''.join(letter for letter in text.lower() if letter in LETTERS[1:])[:LONGEST]
    scores, looks = scores_and_looks(letters)
    odds = softmax([Value(score) * (1 / temperature) for score in scores])
    return attention_picture(letters, looks, [share.data for share in odds])
