"""Sphinx: of the theme's font of icons (1,400 of them, 157 kB), only those that the pages use."""
import re

from fontTools.subset import main as subset

FONT = '_static/vendor/fontawesome/webfonts/fa-solid-900.woff2'
THEME = '_static/styles/pydata-sphinx-theme.css'


def keep_used_icons(app, error):
    """Leave in the font the icons whose names occur in a page or in a script of the theme."""
    if error or app.builder.format != 'html':
        return
    files = [*app.outdir.glob('*.html'), *app.outdir.glob('_static/scripts/*theme.js')]
    used = {name for file in files for name in re.findall(r'fa-[a-z-]+', file.read_text(encoding='utf-8'))}
    css = (app.outdir / THEME).read_text(encoding='utf-8')
    rules = re.findall(r'((?:\.fa-[\w-]+:before,?)+)\{content:"\\([0-9a-f]+)"', css)
    codes = [code for names, code in rules if used & set(re.findall(r'fa-[\w-]+', names))]
    font = str(app.outdir / FONT)
    subset([font, f'--unicodes={",".join(codes)}', '--flavor=woff2', f'--output-file={font}'])


def setup(app):
    app.connect('build-finished', keep_used_icons)
    return {'version': '1', 'parallel_read_safe': True}
