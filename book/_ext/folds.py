"""Sphinx: a folded cell is called what it says.

MyST-NB calls every one of them "Toggle hidden content" for those who hear the page; without that, their own words,
such as "Solution", are heard.
"""
import re


def name_folds(app, pagename, templatename, context, doctree):
    """Let the words of a fold be its name, in an element that may stand in one."""
    if 'body' in context:
        body = context['body'].replace('<summary aria-label="Toggle hidden content">', '<summary>')
        context['body'] = re.sub(r'<p (class="(?:collapsed|expanded) admonition-title">.*?)</p>', r'<span \1</span>', body)


def setup(app):
    app.connect('html-page-context', name_folds)
    return {'version': '1', 'parallel_read_safe': True}
