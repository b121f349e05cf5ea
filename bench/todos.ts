// The page of todos, as measured by several groups.
import type { BrowserContext, Page } from '@playwright/test'
import { withBackend } from './backend.ts'
import { withBrowser } from './browser.ts'
import type { App } from './pages/todos/main.tsx'

export type Tab = Page

/** Calls one function of the page. */
export function call<Name extends keyof App>(
  tab: Tab,
  name: Name,
  ...args: App[Name] extends (...args: infer Args) => unknown ? Args : []
): Promise<Awaited<App[Name] extends (...args: never[]) => infer Output ? Output : App[Name]>> {
  return tab.evaluate(
    ([name, args]) => {
      const member = globalThis.app[name as keyof App] as unknown
      return typeof member === 'function' ? member(...(args as unknown[])) : member
    },
    [name, args] as const,
  ) as never
}

type Asked = { readonly store?: string; readonly version?: string }

export type Todos = {
  readonly context: BrowserContext
  append(from: number, count: number): Promise<void>
  open(asked?: Asked): Promise<Tab>
  /** Loads the page in a tab that showed nothing, when whoever led has let go. */
  load(tab: Tab, asked?: Asked): Promise<void>
}

/** A browser with an empty profile, and a backend of its own. */
export function withTodos<T>(use: (todos: Todos) => Promise<T>): Promise<T> {
  return withBackend((backend) =>
    withBrowser((context, url) => {
      const load = async (tab: Tab, { store = 'bench', version = '1' }: Asked = {}) => {
        await tab.goto(`${url('todos')}?${new URLSearchParams({ store, version, backend: backend.url })}`)
        await tab.waitForFunction(() => 'app' in globalThis)
      }
      return use({
        context,
        append: (from, count) => backend.append('bench', from, count),
        load,
        async open(asked) {
          const tab = await context.newPage()
          tab.on('pageerror', (error) => console.error(error))
          await load(tab, asked)
          return tab
        },
      })
    }),
  )
}
