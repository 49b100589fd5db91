"""Plots in the page's ink, each with the words that say what it shows."""
import io

from micrograd.drawing import GRADIENT, INK, LEAF, OPERATION, svg_to_html


def canvas(width=6, height=3.2, columns=1):
    """Return an empty matplotlib figure of that size in inches, and its axes.

    The axes are one object, or an array where there are several `columns`.
    """
    import matplotlib
    from matplotlib.figure import Figure
    inked = ('text.color', 'axes.edgecolor', 'axes.labelcolor', 'xtick.color',
             'ytick.color')
    matplotlib.rcParams.update({
        **dict.fromkeys(inked, INK), 'axes.facecolor': 'none', 'legend.frameon': False,
        'axes.spines.top': False, 'axes.spines.right': False,
        'font.family': 'sans-serif',
        'axes.prop_cycle': matplotlib.cycler(color=[OPERATION, GRADIENT, LEAF]),
        'svg.fonttype': 'none', 'svg.hashsalt': 'micrograd'})
    figure = Figure(figsize=(width, height), layout='constrained', facecolor='none')
    return figure, figure.subplots(1, columns)


class show:
    """A matplotlib figure in the page's ink, with the words that say what it shows."""

    def __init__(self, figure, alt_text):
        """Keep the figure as SVG, and `alt_text`, which says what it shows."""
        picture = io.StringIO()
        figure.savefig(picture, format='svg', metadata={'Date': None, 'Creator': None})
        self.html = svg_to_html(picture.getvalue(), alt_text)
        self.alt_text = alt_text

    def __repr__(self):
        return self.alt_text

    def _repr_html_(self):
        return self.html
