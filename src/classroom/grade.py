"""Grade an engine that you wrote: micrograd-grade MY_ENGINE.PY [CHAPTER]"""
import argparse
import math
import re
import sys
from contextlib import suppress
from pathlib import Path
from traceback import walk_tb

from classroom.check import WrongAnswer, missing_operator
from classroom.questions import QUESTIONS
from classroom.subject import (
    LIBRARY,
    NoReply,
    Process,
    described,
    load,
    modules_restored,
)

ASKING = ('classroom.asking', 'classroom.questions')  # where questions are asked


def questions(program, until=math.inf):
    """Yield (chapter, words, question, class) for the classes of a program.

    `program` is {name: class}. Questions of chapters after `until`, and about classes
    that are not there, are left out.
    """
    for chapter, needs, question in QUESTIONS:
        if chapter <= until and needs in program:
            words = question.__name__.replace('_', ' ')
            yield chapter, words, question, program[needs]


def grade(program, until=math.inf):
    """Return {words: what is not right yet, or ''} for each question to a program."""
    asked = questions(program, until)
    return {words: problem_with(question, cls) for _, words, question, cls in asked}


def problem_with(question, cls, folder=''):
    """Return what is not right yet, in words; '' where all of it is right.

    Of an error: what was asked, the line of the folder's files, the cause if known.
    """
    try:
        question(cls)
    except WrongAnswer as wrong:
        return f"not yet: {wrong}"
    except (Exception, SystemExit) as error:
        hint = getattr(error, 'hint', '')
        cause = f"likely slip: {hint}" if hint else cause_of(error, cls)
        ended = f"it ended in {described(error, folder)}"
        lines = getattr(error, 'asked', ''), ended, cause
        return 'not yet: ' + '\n    '.join(filter(None, lines))
    return ''


def cause_of(error, cls):
    """Return the cause of an error, where the error itself shows it; else ''."""
    text = str(error)
    number = re.match(r"'(int|float)' object has no attribute '(\w+)'", text)
    if number and is_attribute(number[2], cls):
        return f"{number[2]} of a plain number is asked for: make a Value of it first"
    if text == "'list' object has no attribute 'data'":
        return "a layer of one neuron returns that Value itself, and no list"
    if isinstance(error, EOFError):
        return "nobody can answer input() while the file is graded"
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    if "'NoneType'" in text and frames[-1].f_globals['__name__'] in ASKING:
        return "nothing came: is a `return` missing?"
    return missing_operator(text, cls) if cls.__name__ == 'Value' else ''


def is_attribute(name, cls):
    """Return whether all objects of a class Value have an attribute of their own."""
    if cls.__name__ != 'Value':
        return name in ('data', 'grad')
    with suppress(Exception):
        return hasattr(cls(1.0), name) and not callable(getattr(cls, name, None))
    return False


def replies(file, until, first=0):
    """Load a file, yield what is in it, then its problem with each question."""
    file = Path(file).absolute()
    with modules_restored(file.parent):
        module, error = load(file)
        program = classes(module) if module else {}
        yield {'classes': list(program), 'engine': engine_of(module) if module else '',
               'error': described(error, file.parent) if error else ''}
        for _, _, question, cls in [*questions(program, until)][first:]:
            yield {'problem': problem_with(question, cls, file.parent)}


def classes(module):
    """Return {name: class} for the classes that a module defines itself."""
    return {name: value for name, value in vars(module).items()
            if isinstance(value, type) and value.__module__ == module.__name__}


def engine_of(module):
    """Return the file of the Value that a module has, itself or in a module; or ''."""
    modules = [module, *(value for value in vars(module).values()
                         if isinstance(value, type(sys)))]
    for each in modules:
        if isinstance(vars(each).get('Value'), type):
            return sys.modules[vars(each)['Value'].__module__].__file__
    return ''


def subjects():
    """Return the classes that questions are about, each with its first chapter."""
    first = {}
    for chapter, name, _ in QUESTIONS:
        first.setdefault(name, chapter)
    return ', '.join(f"{name} (from chapter {first[name]} on)" for name in first)


def what_is_wrong(file):
    """Return in words why a path is no Python file; else ''."""
    if not file.exists():
        return "does not exist"
    if file.is_dir():
        return "is a folder: give its engine.py or nn.py"
    if file.suffix == '.ipynb':
        return "is a notebook: `jupyter nbconvert --to script` makes a file of it"
    return ''


class Here:
    """What replies as a Process does, in this one: the page has no other."""

    def __init__(self, arguments):
        """Begin with the file."""
        self.replies = replies(*arguments)

    def reply(self):
        """Return the next reply."""
        return next(self.replies)

    def end(self):
        """Put back what the file has replaced."""
        self.replies.close()


class Subject:
    """A reader's file: what it defines, and its problem with each question in turn."""

    def __init__(self, file, until, seconds):
        """Load the file. NoReply, in words, if that does not end."""
        self.arguments, self.seconds = [str(file), until], seconds
        self.folder = file.absolute().parent
        self.start(0)
        program = dict.fromkeys(self.about['classes'])
        self.asked = [asked[:2] for asked in questions(program, until)]

    def start(self, first):
        """Load the file, to be asked from question `first` on."""
        arguments = [*self.arguments, first]
        self.process = (Here(arguments) if sys.platform == 'emscripten'
                        else Process(arguments, self.seconds, self.folder))
        self.about = self.process.reply()

    def problems(self):
        """Yield a problem, or '', for each question. What ends Python is one."""
        ended = False
        for i, _ in enumerate(self.asked):
            try:
                if ended:
                    self.start(i)
                ended = False
                yield self.process.reply()['problem']
            except NoReply as end:
                ended = True
                yield f"not yet: it {end}"


def heading(file, about):
    """Return in words which classes of a file are graded, and on which engine."""
    needed = dict.fromkeys(needs for _, needs, _ in QUESTIONS)
    names = [name for name in needed if name in about['classes']]
    words = f"{file.name}: {', '.join(names)}"
    if 'Value' in names or not about['engine']:
        return words
    book = ", the book's" if LIBRARY in Path(about['engine']).parents else ''
    return f"{words}, on the Value of {about['engine']}{book}, which is not graded"


def report(subject):
    """Print a line for each question, and more where needed; return who is right."""
    verdicts, problems = [], subject.problems()
    for chapter, words in subject.asked:
        print(f"chapter {chapter:<3} {words:30}", end=' ', flush=True)
        problem = next(problems)
        print(problem or 'right')
        verdicts.append(not problem)
    print(f"{sum(verdicts)} of {len(verdicts)} right")
    return verdicts


def parsed(arguments):
    """Return the parser, and what it makes of the arguments of the command."""
    parser = argparse.ArgumentParser(
        prog='micrograd-grade', description=__doc__.partition(':')[0] + '.',
        epilog="What the file itself prints is not shown.")
    parser.add_argument('file', type=Path, help="your engine.py or nn.py")
    parser.add_argument('chapter', nargs='?', type=int, default=math.inf,
                        help="the last chapter that you have done (default: all)")
    parser.add_argument('--seconds', type=int, default=10,
                        help="how long a question may take (default: 10)")
    options = parser.parse_args(arguments)
    wrong = what_is_wrong(options.file)
    if wrong:
        parser.error(f"expected a Python file, but {options.file} {wrong}")
    for what, number, least in (("a chapter from", options.chapter, QUESTIONS[0][0]),
                                ("seconds from", options.seconds, 1)):
        if number < least:
            parser.error(f"expected {what} {least} on, got {number}")
    return parser, options


def main(arguments=None):
    """Print a report on a file. Return the exit status.

    0 if all is right, 1 if not, 2 if there is nothing to grade, 130 for Ctrl-C.
    """
    parser, options = parsed(arguments)
    file = options.file
    try:
        subject = Subject(file, options.chapter, options.seconds)
    except NoReply as end:
        parser.error(f"expected a file that runs, but {file} {end}\n    What it does, "
                     "beside what it defines, belongs under if __name__ == '__main__':")
    error = subject.about['error']
    if not subject.asked:
        parser.error(f"expected a file that runs, but {file} ends in {error}" if error
                     else f"expected {file} itself to define one of {subjects()}")
    print(heading(file, subject.about))
    if error:
        print(f"It ends in {error}\n    What it defines before that is graded.")
    try:
        verdicts = report(subject)
    except KeyboardInterrupt:
        print("stopped")
        return 130
    finally:
        subject.process.end()
    return 0 if all(verdicts) and not error else 1


if __name__ == '__main__':
    sys.exit(main())
