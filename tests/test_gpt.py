"""The training run of chapter 15: it can be stopped and resumed, and a damaged checkpoint is named and kept aside."""
import json

import gpt
import pytest


@pytest.fixture
def training(monkeypatch, tmp_path):
    """Return the module of `make gpt`, with its checkpoint in a folder of its own."""
    monkeypatch.setattr(gpt, 'CHECKPOINT', tmp_path / 'gpt.json')
    monkeypatch.setattr(gpt.gpt, 'names', ['al', 'bo', 'cy', 'di', 'ed', 'flo', 'gus', 'hal'])
    monkeypatch.setattr(gpt.gpt, 'seen', gpt.gpt.names)
    return gpt


def test_a_resumed_run_is_as_one_that_never_stopped(training):
    straight = training.Run()
    straight.step()
    straight.save()
    resumed = training.Run()
    assert resumed.state() == straight.state()
    for run in (straight, resumed):
        run.step()
        run.seconds = 0  # the only thing that may differ
    assert resumed.state() == straight.state() and resumed.optimizer.steps == 2


def without(state, *names):
    return {name: part for name, part in state.items() if name not in names}


@pytest.fixture
def uncompiled(training, monkeypatch):
    """Return that module, whose runs have no program."""
    monkeypatch.setattr(training.Run, 'compiled', lambda run: None)
    return training


@pytest.mark.parametrize('damage, words', [
    (lambda state: '', "JSONDecodeError"),
    (lambda state: json.dumps(state)[:-100], "JSONDecodeError"),
    (lambda state: '[]', "expected the state of a run, got TypeError"),
    (lambda state: '{}', "expected the state of a run, got KeyError: 'optimizer'"),
    (lambda state: json.dumps(without(state, 'losses')), "expected weights, optimizer, recent, losses"),
    (lambda state: json.dumps({**state, 'weights': [0.1, 0.2]}), "one per parameter, got 2"),
    (lambda state: json.dumps({**state, 'weights': ['a'] * len(state['weights'])}), "could not convert string"),
    (lambda state: json.dumps({**state, 'optimizer': without(state['optimizer'], 'means')}),
     "expected beta1, beta2, means"),
    (lambda state: json.dumps({**state, 'optimizer': {**state['optimizer'], 'squares': []}}), "per parameter, got 0")])
def test_a_damaged_checkpoint_is_named_and_kept_aside(uncompiled, capsys, damage, words):
    fresh = uncompiled.Run()
    text = damage(fresh.state())
    uncompiled.CHECKPOINT.write_text(text)
    run = uncompiled.start_or_resume()
    told = capsys.readouterr().out
    assert told.startswith(f"{uncompiled.CHECKPOINT} is no checkpoint of this run (") and words in told
    assert uncompiled.CHECKPOINT.with_suffix('.damaged').read_text() == text and not uncompiled.CHECKPOINT.exists()
    assert run.state() == fresh.state()


def test_ctrl_c_keeps_what_was_saved_last(uncompiled, monkeypatch, capsys):
    saved = []

    def step(run):
        if saved:
            raise KeyboardInterrupt
        run.optimizer.steps += 1
    monkeypatch.setattr(uncompiled.Run, 'show', lambda run: None)
    monkeypatch.setattr(uncompiled.Run, 'step', step)
    monkeypatch.setattr(uncompiled.Run, 'save', lambda run: saved.append(run.optimizer.steps))
    uncompiled.main()
    assert saved == [100] and "stopped: `make gpt` resumes" in capsys.readouterr().out
