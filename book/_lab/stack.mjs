// How much of the stack Python may use.
//
// A browser gives a thread 1 MB of stack where it has promises for WebAssembly, else half of that, and Python does not
// see it: it counts on a stack of its own, which fills more slowly. With this limit on the one, the other suffices for a
// chain of Values of any length to be freed, in Chromium and in Firefox (65,000 is still enough, 70,000 is not), and
// operators may be nested some 80 deep before a RecursionError. Pyodide has no public call for it.
const STACK = 50_000  // bytes

export function limit({ _module: python }) {
  const lowest = python._emscripten_stack_get_base() - STACK
  python._PyUnstable_ThreadState_SetStackProtection(python._PyThreadState_Get(), lowest, STACK)
}
