"""The picture of who looks at whom: its numbers are those of the stored model."""
import random
import re

import pytest

from classroom.attention import attention, scores_and_looks, trained
from classroom.figures import redraw
from classroom.gpt import GPT, codes, letters, scores_of, write
from micrograd.learn import softmax


@pytest.mark.parametrize('text, temperature', [('christin', 0.8), ('q', 1.0), ('', 1.5), ('abcdefghijk', 0.1)])
def test_the_words_have_the_numbers_of_the_model(text, temperature):
    words = attention(text, temperature).alt_text
    scores, looks = scores_of(trained(), codes(text)[:-1])
    odds = softmax([score * (1 / temperature) for score in scores[-1]])
    best = sorted(((share.data, letter) for share, letter in zip(odds, letters)), reverse=True)[:3]
    said = [f"{'the dot' if letter == '.' else letter} {share:.0%}" for share, letter in best]
    assert words.endswith(f"The next letter: {', '.join(said)}.")
    for head, shares in enumerate(looks[-1]):
        assert f"head {head} {max(shares):.0%} at " in words
    assert all(abs(sum(shares) - 1) < 1e-9 for look in looks for shares in look)


@pytest.mark.parametrize('context', [5, 14])
def test_a_name_is_as_long_as_the_model_has_places(context):
    model, rng = GPT(random.Random(42), context=context), random.Random(1)
    assert max(len(write(model, rng)) for _ in range(6)) == context - 1


def test_temperature_changes_the_odds_and_not_the_looks():
    cold, hot = (attention('mari', temperature).alt_text.split(' The next letter: ') for temperature in (0.2, 2.0))
    assert cold[0] == hot[0] and int(re.search(r'(\d+)%', cold[1])[1]) > int(re.search(r'(\d+)%', hot[1])[1]) + 20


def test_after_q_comes_u_as_the_chapter_says():
    assert 'The next letter: u 99%' in attention('q', 1.0).alt_text


def test_what_is_no_letter_is_left_out_and_what_is_too_long_is_cut():
    assert redraw('attention', 'Ma ri-7!', 1.0) == redraw('attention', 'mari', 1.0)
    assert '.abcdefghijk,' in attention('abcdefghijklmno', 1.0).alt_text


def test_each_share_of_three_percent_or_more_is_an_arc_or_a_dot():
    _, looks = scores_and_looks('christin')
    drawn = sum(share >= 0.03 for look in looks for shares in look for share in shares)
    bars = 7
    assert attention('christin', 0.8).html.count('clip-path') == drawn + bars and drawn > 80
