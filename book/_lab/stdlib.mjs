// Compile beforehand what Python loads when it begins: node stdlib.mjs PACKAGES PYTHON_FILES...
//
// Pyodide's standard library is a compressed file of sources, and compiling some 150 of them is most of its start. This
// writes PACKAGES/python_stdlib.zip, in which those that Python has loaded, and those that the files import, lie compiled
// beside their sources, which tracebacks show. The file is not compressed: the page gets it in a compressed part.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const [packages, ...files] = process.argv.slice(2).map(path => resolve(path))
const { loadPyodide } = createRequire(join(packages, 'package.json'))('pyodide')
const python = await loadPyodide({ env: { PYTHONHASHSEED: '0' } })
python.FS.writeFile('/library.zip', readFileSync(join(packages, 'node_modules/pyodide/python_stdlib.zip')))
python.globals.set('texts', python.toPy(files.map(file => readFileSync(file, 'utf8'))))
python.runPython(`
import importlib
import re
import sys
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from zipfile import ZipFile, ZipInfo

import email  # as tqdm does to know its own version, at a depth where compiling has no room
import importlib.metadata._adapters
importlib.metadata._adapters.Message(email.message_from_string('Version: 1'))

PLACE = next(path for path in sys.path if path.endswith('.zip'))
for name in sorted({name for text in texts for name in re.findall(r'^(?:from|import) (\\w+(?:\\.\\w+)*)', text, re.MULTILINE)}):
    if name.split('.')[0] in sys.stdlib_module_names:
        importlib.import_module(name)
loaded = {getattr(module, '__file__', None) for module in sys.modules.values()}

with ZipFile('/library.zip') as old, ZipFile('/compiled.zip', 'w') as new:
    for name in old.namelist():
        source, path = old.read(name), f'{PLACE}/{name}'
        if path in loaded:
            code = compile(source, path, 'exec', dont_inherit=True)
            new.writestr(ZipInfo(f'{name}c'), _code_to_hash_pyc(code, source_hash(source), checked=False))
        new.writestr(ZipInfo(name), source)
`)
writeFileSync(join(packages, 'python_stdlib.zip'), python.FS.readFile('/compiled.zip'))
