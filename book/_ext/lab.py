"""Sphinx: the lab, on pages that have cells: what `make` packs into _build/lab, and a small script that calls it."""
from hashlib import sha1
from pathlib import Path

LAB = Path(__file__).parents[2] / '_build' / 'lab'


def add_files(app, config):
    """Let the packed files be copied into the pages' _static; when any of them changes, all pages are written."""
    files = sorted(LAB.rglob('*.*'))
    if files:
        config.html_static_path.append(str(LAB))
        config.lab_version = sha1(b''.join(file.read_bytes() for file in files)).hexdigest()


def add_script(app, pagename, templatename, context, doctree):
    """Call the script from a page that has cells."""
    if app.config.lab_version and 'class="cell_input' in context.get('body', ''):
        app.add_js_file('lab/page.js', loading_method='defer')


def setup(app):
    app.add_config_value('lab_version', '', 'html')
    app.connect('config-inited', add_files)
    app.connect('html-page-context', add_script)
    return {'version': '1', 'parallel_read_safe': True}
