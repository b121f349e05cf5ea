import { createElement, Fragment, type ReactElement } from 'react'

/** What TanStack Devtools want of a plugin: plain ones take an element to draw in, those of React draw what is given back. */
export type DevtoolsPlugin = {
  readonly id: string
  readonly name: string
  /** Again with another theme, said alone or among other things. */
  render(element: HTMLElement, given?: Theme | { readonly theme: Theme }): ReactElement
  destroy(): void
}

type Theme = 'light' | 'dark'

/** Draws nothing, and gives React nothing to draw. */
export const emptyPlugin: DevtoolsPlugin = {
  id: 'headwater',
  name: 'Headwater',
  render: () => createElement(Fragment),
  destroy() {},
}
