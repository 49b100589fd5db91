"""What the chapters of the book need to teach with, and the library does not."""
from classroom.chapters import begin, extend

__all__ = ['begin', 'extend']
