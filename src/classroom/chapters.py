"""The library as of a chapter: begin where the last one ended, and grow a class."""
import ast
import importlib
import json
import linecache
import re
import sys
import types
from functools import cache
from pathlib import Path

import classroom
from classroom.check import wrong_tries

SOURCE = Path(classroom.__file__).parents[1]  # where the two packages lie
BOOK = SOURCE.parent / 'book'
NOTED = SOURCE / 'classroom' / 'chapters.json'
BACK_MATTER = 20  # its first chapter: what it shows is no part of the story


def pieces(source):
    """Cut the source of a module into its pieces: a dict, in the order of the file.

    '' is the head of the module, 'f' a function, 'C' the head of a class, 'C.m' a
    method; and behind the first of these, 'N' a name that gets a value, with what
    follows without a blank line.
    Each reaches up to the next: together they are the module, but for blank lines.
    """
    starts, lines = {'': 1}, source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            starts[node.name] = first_line(node)
        if isinstance(node, ast.Assign) and len(starts) > 1:
            line = node.lineno - 1
            while lines[line - 1].startswith('#'):
                line -= 1
            if not lines[line - 1].strip() and isinstance(node.targets[0], ast.Name):
                starts[node.targets[0].id] = line + 1
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, (ast.FunctionDef, ast.ClassDef)):
                    starts[f'{node.name}.{member.name}'] = first_line(member)
    ends = [*starts.values(), len(lines) + 1][1:]
    return {name: ''.join(lines[start - 1:end - 1]).rstrip() + '\n'
            for (name, start), end in zip(starts.items(), ends)}


def first_line(node):
    """Return the line on which a part of the syntax begins, its decorators included."""
    return min(part.lineno for part in [node, *getattr(node, 'decorator_list', [])])


def join(texts):
    """Return the source made of pieces: a blank line before a method, else two."""
    source = ''
    for text in texts:
        gap = '' if not source else '\n' if text.startswith(' ') else '\n\n'
        source += gap + text
    return source


def modules():
    """Return the names of the modules of both packages, as 'micrograd.engine'."""
    return [f'{file.parent.name}.{file.stem}' for file in sorted(SOURCE.glob('*/*.py'))]


def split(name):
    """Return the module and the piece in a name: 'micrograd.engine', 'Value.__add__'.

    The piece is '' for the head of the module.
    """
    package, module, *piece = name.split('.', 2)
    return f'{package}.{module}', ''.join(piece)


def read(module):
    """Return the source of a module, 'micrograd.engine' or such, as it ships."""
    file = SOURCE / f"{module.replace('.', '/')}.py"
    return file.read_text(encoding='utf-8')


def shown(paths):
    """Return the chapter of each piece in some chapters' listings, in reading order.

    {'micrograd.engine': {'': 2, ...}, ...}. ValueError for a piece that is there twice.
    """
    found = {}
    for path in paths:
        text, number = path.read_text(encoding='utf-8'), int(path.name.split('-')[0])
        for name in ' '.join(re.findall('^:weave: (.*)', text, re.MULTILINE)).split():
            module, piece = split(name)
            written = found.setdefault(module, {})
            if piece in written:
                chapters = f"{written[piece]} and {number}"
                raise ValueError(f"{name} is shown twice: in chapters {chapters}")
            written[piece] = number
    return found


@cache
def chapter_of():
    """Return the chapter of each piece: {'micrograd.engine': {'': 2, ...}, ...}.

    The chapters themselves say it. A wheel, which has no book beside it, has it noted.
    """
    if NOTED.exists():
        return json.loads(NOTED.read_text(encoding='utf-8'))
    return shown(sorted(BOOK.glob('[0-9][0-9]-*.md')))


def source_before(module, chapter):
    """Return the source of a module as it stood when `chapter` began; maybe ''.

    A piece that no chapter shows comes with the one before it, and the head of a module
    with the first that is shown.
    """
    written, texts = chapter_of().get(module, {}), []
    number = min(written.values(), default=0)
    for name, text in pieces(read(module)).items():
        number = written.get(name, number)
        if number < chapter:
            texts.append(text)
    return join(texts)


def begin(chapter):
    """Put the library as it stood before `chapter` in place of the finished one.

    Prints which files it has. Import nothing of micrograd before: a name that is
    imported already keeps what it has. What the back matter shows is always there.
    Tries at exercises are counted from 1 again.
    """
    wrong_tries.clear()
    so_far = []
    for module, written in chapter_of().items():
        if min(written.values()) < BACK_MATTER:
            source = source_before(module, chapter)
            put_in_place(module, source)
            if source and module.startswith('micrograd.'):
                so_far.append(f"{module.removeprefix('micrograd.')}.py")
    print("So far:", ', '.join(so_far) or "nothing")


def put_in_place(name, source):
    """Let later imports find a module made from `source`; none if it is ''."""
    package, _, short_name = name.partition('.')
    names = vars(importlib.import_module(package))
    sys.modules[name] = None  # which makes an import of it fail
    names.pop(short_name, None)
    if source:
        module, file = types.ModuleType(name), f'<{short_name}.py, so far>'
        sys.modules[name] = module
        names[short_name] = module
        lines = source.splitlines(keepends=True)
        linecache.cache[file] = (len(source), None, lines, file)  # for tracebacks
        exec(compile(source, file, 'exec'), vars(module))


def extend(cls):
    """Return a class decorator that moves what a class defines into `cls`.

    The decorated name stands for `cls` again. Instances made before it grew have the
    new methods too, because they are still instances of it.
    """
    def move(body):
        for name, member in vars(body).items():
            if name not in vars(Nothing):  # what every class has is not ours to move
                setattr(cls, name, member)
        return cls
    return move


class Nothing:
    """A class that defines nothing but this."""
