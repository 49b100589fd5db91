"""What is stored: names to learn from, and runs that take long."""
from pathlib import Path


def stored(name):
    """Return the text of a file in the folder `data`."""
    return (Path(__file__).parent / 'data' / name).read_text(encoding='utf-8')
