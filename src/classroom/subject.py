"""A reader's file: loaded as the module that it is, in a process of its own."""
import faulthandler
import json
import linecache
import os
import queue
import re
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain, repeat, takewhile
from pathlib import Path
from traceback import extract_tb

HERE = Path(__file__).resolve().parent
LIBRARY = HERE.parent / 'micrograd'
MEMORY = 4 << 30  # bytes: enough for any engine, and an end to a list that only grows
START = """
import sys
_, arguments, seconds, *sys.path[:] = sys.argv
import json
from classroom.grade import replies
from classroom.subject import write_replies
write_replies(replies(*json.loads(arguments)), int(seconds))
"""


class NoReply(Exception):
    """A process has ended, or was ended, before it replied: why, and at which line."""


def load(file):
    """Run a Python file as a module of its package.

    Return the module, perhaps half made, and the error that ended it, or None.
    """
    name, root, packages = address(file)
    forget({'micrograd', name.partition('.')[0]})
    sys.path.insert(0, str(root))
    try:
        for package, (init, folders) in packages.items():
            execute(package, init, folders)
        if name not in sys.modules:  # no package has imported it
            execute(name, file)
        return sys.modules[name], None
    except (Exception, SystemExit) as error:
        return sys.modules.get(name), error


def address(file):
    """Return a file's name as a module, the folder to import from, and its packages.

    These are {name: (its __init__.py, its folders)}. In a folder without `__init__.py`
    the file becomes a module of `micrograd`, whose other modules are those beside it,
    and then the library's; unless a whole `micrograd` is beside it.
    """
    around = list(takewhile(lambda up: (up / '__init__.py').exists(), file.parents))
    root = around[-1].parent if around else file.parent
    names, packages = [], {}
    for folder in reversed(around):
        names.append(folder.name.replace('.', '_'))
        packages['.'.join(names)] = folder / '__init__.py', [str(folder)]
    whole = root / 'micrograd.py', root / 'micrograd' / '__init__.py'
    if not around and not any(own.exists() for own in whole):
        names, folders = ['micrograd'], [root, root / 'micrograd', LIBRARY]
        packages['micrograd'] = LIBRARY / '__init__.py', list(map(str, folders))
    if file.name != '__init__.py':
        names.append(file.stem.replace('.', '_'))
    return '.'.join(names), root, packages


def execute(name, file, folders=None):
    """Run a file as the module `name`; as a package, if it has folders."""
    loader = SourceFileLoader(name, str(file))
    spec = spec_from_file_location(name, file, loader=loader,
                                   submodule_search_locations=folders)
    sys.modules[name] = module = module_from_spec(spec)
    loader.exec_module(module)


def forget(packages):
    """Let the modules of some packages be imported anew."""
    for name in list(sys.modules):
        if name.partition('.')[0] in packages:
            del sys.modules[name]


@contextmanager
def modules_restored(root):
    """Put back, at the end, the modules and the path that a reader's file replaces."""
    path, modules = sys.path.copy(), sys.modules.copy()
    try:
        yield
    finally:
        sys.path[:] = path
        new = sys.modules.keys() - modules
        theirs = {name.partition('.')[0] for name in new if is_below(
            root, getattr(sys.modules[name], '__file__', None) or '')}
        forget({'micrograd'} | theirs)
        sys.modules.update(modules)


# Which line of it an error is about.


def is_below(folder, file):
    """Return whether a file lies in a folder, and is neither ours nor installed."""
    above = Path(file).parents
    return Path(folder) in above and HERE not in above and 'site-packages' not in file


def line_of(folder, places):
    """Return in words the last of some (file, line) that is in a folder; maybe ''."""
    own = [(file, line) for file, line in places if is_below(folder, file)]
    if not own:
        return ''
    file, line = own[-1]
    code = linecache.getline(file, line).strip()
    return f"{Path(file).name}, line {line}: {code}"


def described(error, folder):
    """Return in words an error, and the line of a folder's files at which it came."""
    text = str(error)
    places = [(at.filename, at.lineno) for at in extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        text = error.msg
        places.append((error.filename or '', error.lineno or 0))
    if isinstance(error, RecursionError):  # not the last line, but the one that recurs
        text = "maximum recursion depth exceeded"
        own = [place for place in places if is_below(folder, place[0])]
        places = [place for place, _ in Counter(own).most_common(1)]
    words = f"{type(error).__name__}: {text}", line_of(folder, places)
    return '\n    '.join(filter(None, words))


# A process of its own.


def write_replies(replies, seconds):
    """Print each reply on a line of its own, and nothing else that anybody prints.

    Where one takes longer than `seconds`, print where Python is, and end the process;
    the first has three times as long.
    """
    report = os.fdopen(os.dup(1), 'w', encoding='utf-8')
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os._exit = sys.exit  # an exception, which says at which line
    sys.dont_write_bytecode = True
    with suppress(ImportError, ValueError, OSError):  # not every system has it
        import resource
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    faulthandler.enable(report)
    for limit in chain([3 * seconds], repeat(seconds)):
        faulthandler.dump_traceback_later(limit, exit=True, file=report)
        reply = next(replies, None)
        faulthandler.cancel_dump_traceback_later()
        if reply is None:
            break
        print(json.dumps(reply), file=report, flush=True)


class Process:
    """A process that replies, line by line, to what `arguments` ask about a folder."""

    def __init__(self, arguments, seconds, folder):
        """Start it. Each reply must come within `seconds`, the first within 3 times."""
        self.seconds, self.limit, self.folder = seconds, 3 * seconds, folder
        program = [sys.executable, '-c', START, json.dumps(arguments), str(seconds)]
        self.process = subprocess.Popen(
            [*program, *sys.path], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, encoding='utf-8')
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Collect the lines that are printed, and None at their end."""
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def reply(self):
        """Return the next reply. NoReply, in words, if none comes."""
        said = ''
        with suppress(queue.Empty):  # by then the process itself should have ended
            while (line := self.lines.get(timeout=self.limit + 10)) is not None:
                if line.startswith('{'):
                    self.limit = self.seconds
                    return json.loads(line)
                said += line
        raise NoReply(self.end(said))

    def end(self, said=''):
        """End the process, and return in words how and where it ended by itself."""
        try:
            status = self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
            said = said or 'Timeout'
        why = f"ended Python, with status {status}"
        if said.startswith('Timeout'):
            why = f"did not end within {self.limit} seconds"
        elif said.startswith('Fatal Python error'):
            why = f"made Python crash: {said.splitlines()[0].partition(': ')[2]}"
        frames = re.findall(r'File "(.*)", line (\d+)', said)
        places = [(unescaped(file), int(line)) for file, line in reversed(frames)]
        return '\n    '.join(filter(None, [why, line_of(self.folder, places)]))


def unescaped(file):
    """Return a file's name as it is; a crash is told in ASCII, with escapes."""
    known = os.path.exists(file) or not file.isascii()
    return file if known else file.encode().decode('unicode_escape')
