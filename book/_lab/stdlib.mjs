// Compile beforehand what Python loads when it begins: node stdlib.mjs PACKAGES PYTHON_FILES...
//
// Pyodide's standard library is a compressed file of sources, and compiling some 150 of them is most of its start. This
// writes PACKAGES/python_stdlib.zip, in which those that Python has loaded, and those that the files import, or the wheels
// in PACKAGES/wheels that they import, lie compiled beside their sources, which tracebacks show. The file is not
// compressed: the page gets it in a compressed part.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const [packages, ...files] = process.argv.slice(2).map(path => resolve(path))
const { loadPyodide } = createRequire(join(packages, 'package.json'))('pyodide')
const python = await loadPyodide({ env: { PYTHONHASHSEED: '0' } })
python.FS.writeFile('/library.zip', readFileSync(join(packages, 'node_modules/pyodide/python_stdlib.zip')))
for (const wheel of readdirSync(join(packages, 'wheels'))) {
  python.unpackArchive(new Uint8Array(readFileSync(join(packages, 'wheels', wheel))), 'wheel')
}
python.globals.set('texts', python.toPy(files.map(file => readFileSync(file, 'utf8'))))
python.runPython(`
import importlib.util
import re
import sys
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from zipfile import ZipFile, ZipInfo

PLACE = next(path for path in sys.path if path.endswith('.zip'))
for name in sorted({name for text in texts for name in re.findall(r'^(?:from|import) (\\w+(?:\\.\\w+)*)', text, re.MULTILINE)}):
    if importlib.util.find_spec(name.split('.')[0]):
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
