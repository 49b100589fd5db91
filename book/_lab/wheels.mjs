// Pack what Python finds as its packages: the files of the wheels, and modules of the lab.
//
// Beside each source lies what it was compiled to, since that is most of an import. It is all one object {path: letters}:
// unpacking wheels in the page would take Python ten times as long.
import { createRequire } from 'node:module'
import { join } from 'node:path'

const PACK = `
import io
import json
from importlib._bootstrap_external import _code_to_hash_pyc, cache_from_source
from importlib.util import source_hash
from zipfile import ZipFile

def pack(wheels, modules, place):
    files = {name: text.encode() for name, text in modules.to_py().items()}
    for wheel in wheels:
        with ZipFile(io.BytesIO(wheel.to_bytes())) as opened:
            files |= {name: opened.read(name) for name in opened.namelist()}
    for name, source in list(files.items()):
        if name.endswith('.py'):
            code = compile(source, f'{place}/{name}', 'exec', dont_inherit=True)
            files[cache_from_source(name)] = _code_to_hash_pyc(code, source_hash(source), checked=False)
    return json.dumps({name: content.decode('latin-1') for name, content in files.items()}, ensure_ascii=False)
pack`

// Return that object in JSON, by the Python that will load it, from the bytes of wheels and the texts {name: source} of modules.
export async function pack(packages, wheels, modules) {
  const { loadPyodide } = createRequire(join(packages, 'package.json'))('pyodide')
  const python = await loadPyodide({ env: { PYTHONHASHSEED: '0' } })
  const place = python.runPython("import sys; next(path for path in sys.path if path.endswith('/site-packages'))")
  return python.runPython(PACK)(wheels.map(wheel => new Uint8Array(wheel)), modules, place)
}
