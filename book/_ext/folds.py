"""Sphinx: a folded cell is called what it says.

MyST-NB calls every one of them "Toggle hidden content" for those who hear the page; without that, their own words,
such as "Solution", are heard.
"""


def name_folds(app, pagename, templatename, context, doctree):
    """Let the words of a fold be its name."""
    if 'body' in context:
        context['body'] = context['body'].replace('<summary aria-label="Toggle hidden content">', '<summary>')


def setup(app):
    app.connect('html-page-context', name_folds)
    return {'version': '1', 'parallel_read_safe': True}
