"""Sphinx: the same book, built in two folders, is the same byte for byte.

Sphinx leaves a fingerprint of its settings beside the pages, in .buildinfo, so that the next build can tell whether
they changed. Two settings say where the book lies on this machine: without these the fingerprint is the same anywhere.
"""
from types import SimpleNamespace

from sphinx.builders.html import BuildInfo

PLACES = 'html_static_path', 'external_toc_path'


def forget_the_folder(app):
    """Take the fingerprint again, of all settings but those."""
    if app.builder.format == 'html':
        settings = [setting for setting in app.config.filter(frozenset({'html'})) if setting.name not in PLACES]
        app.builder.build_info = BuildInfo(SimpleNamespace(filter=lambda _: settings), app.tags)


def setup(app):
    app.connect('builder-inited', forget_the_folder)
    return {'version': '1', 'parallel_read_safe': True}
