/** What asks for React gets 18.3, whoever asks, and in whatever kind of module: comes before the tests of this room, run once more. */
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return { ...found, url: found.url.replace(/\/node_modules\/(react|react-dom)\//, '/node_modules/$1-18/') }
  },
})

/**
 * React 18 in development overwrites `window.event` where a component throws, and puts the property back. In a browser that brings
 * the browser's own back; Vitest's copy of jsdom's would keep for ever what was written.
 */
const { jsdom } = globalThis as unknown as { readonly jsdom: { readonly window: Window } }
Object.defineProperty(globalThis, 'event', {
  configurable: true,
  get: () => jsdom.window.event,
  set: (value) => Object.defineProperty(globalThis, 'event', { configurable: true, value }),
})

const { version } = await import('react')
if (!version.startsWith('18.3.')) throw new Error(`this is React ${version}, not 18.3`)
