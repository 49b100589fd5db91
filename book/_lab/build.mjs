// Pack what runs the cells into scripts: node build.mjs PACKAGES WHEELS OUT
//
// A page that was opened as a file may load nothing but scripts. So Python, its library and the wheels become scripts,
// too: each hands over one part, compressed and in letters. The same files serve from a server.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

import { pack } from './wheels.mjs'

const [packages, wheelhouse, out] = process.argv.slice(2).map(path => resolve(path))
const here = import.meta.dirname
const { runtime, wheels, modules } = JSON.parse(readFileSync(join(here, 'parts.json')))
const { buildSync } = createRequire(join(packages, 'package.json'))('esbuild')
const used = new Set()

function bundle(file, format) {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [join(here, file)], nodePaths: [join(packages, 'node_modules')], external: ['node:*', 'ws'],
    bundle: true, minify: true, write: false, metafile: true, charset: 'utf8', format, legalComments: 'none' })
  for (const input of Object.keys(metafile.inputs)) {
    const [, name] = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/) ?? []
    if (name) used.add(name)
  }
  return outputFiles[0].contents
}

function part(name, content) {
  const letters = gzipSync(content, { level: 9 }).toString('base64')
  writeFileSync(join(out, `${name}.js`), `lab.receive(${JSON.stringify(name)}, "${letters}")\n`)
}

function licence(name) {
  const folder = join(packages, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json')))
  const file = readdirSync(folder).find(file => /^licen[cs]e/i.test(file))
  const text = file ? readFileSync(join(folder, file), 'utf8') : ''
  return `${name} ${version}: ${license}\n\n${text}`
}

const scripts = ['page', 'editor', 'progress', 'python', 'training', 'graphs']
for (const name of scripts) writeFileSync(join(out, `${name}.js`), bundle(`${name}.mjs`, 'iife'))
for (const name of ['figures.css', 'training.css']) writeFileSync(join(out, name), bundle(name))
part('worker', bundle('worker.mjs', 'esm'))
for (const file of runtime) part(basename(file), readFileSync(join(packages, file)))
const wheelFiles = wheels.map(name => readdirSync(wheelhouse).find(file => file.startsWith(`${name}-`) && file.endsWith('.whl')))
const texts = Object.fromEntries(modules.map(name => [`lab_${name}`, readFileSync(join(here, name), 'utf8')]))
part('packages', await pack(packages, wheelFiles.map(file => readFileSync(join(wheelhouse, file))), texts))

writeFileSync(join(out, 'LICENCES.txt'), [
  'What runs the cells in the page, and under which licences.',
  ...[...used].sort().map(licence),
  'CPython and its standard library, inside pyodide: PSF-2.0 (in Python, `license()` shows it)',
  'Graphviz, inside @hpcc-js/wasm-graphviz: EPL-2.0',
  ...wheelFiles.map(name => `${basename(name, '.whl')}: its licence lies in the wheel, beside its METADATA`),
].join(`\n\n${'-'.repeat(72)}\n\n`) + '\n')
