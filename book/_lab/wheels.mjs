// Compile beforehand what a wheel brings, since that is most of an import: a wheel with a .pyc for each of its sources.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const COMPILE = `
import io
from importlib._bootstrap_external import _code_to_hash_pyc, cache_from_source
from importlib.util import source_hash
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

def compiled(wheel, place):
    made = io.BytesIO()
    with ZipFile(io.BytesIO(wheel.to_bytes())) as old, ZipFile(made, 'w', ZIP_DEFLATED) as new:
        for name in old.namelist():
            source = old.read(name)
            new.writestr(ZipInfo(name), source)
            if name.endswith('.py'):
                code = compile(source, f'{place}/{name}', 'exec', dont_inherit=True)
                new.writestr(ZipInfo(cache_from_source(name)), _code_to_hash_pyc(code, source_hash(source), checked=False))
    return made.getvalue()
compiled`

// Return a function from the bytes of a wheel to those of a compiled one, by the Python that will load it.
export async function compiler(packages) {
  const { loadPyodide } = createRequire(join(packages, 'package.json'))('pyodide')
  const python = await loadPyodide({ env: { PYTHONHASHSEED: '0' } })
  const place = python.runPython("import sys; next(path for path in sys.path if path.endswith('/site-packages'))")
  const compiled = python.runPython(COMPILE)
  return wheel => compiled(new Uint8Array(wheel), place).toJs()
}
