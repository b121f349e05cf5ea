/**
 * The devtools panel. In a production build it is nothing, and nothing of it is in the bundle; `headwater/devtools/production`
 * is the same panel for any build.
 */
import { emptyPlugin } from './plugin-contract.ts'
import * as here from './production.ts'

const isProduction = process.env.NODE_ENV === 'production'

export type { EditedRow, Edits, TableEdits } from './data/edit.ts'
export type { DevtoolsPlugin } from './plugin-contract.ts'
export type { Devtools, DevtoolsOptions } from './shell/mount.ts'

/** Adds the panel to the page. Returns the way to take it away. */
export const mountDevtools: typeof here.mountDevtools = isProduction
  ? () => ({ open() {}, close() {}, unmount() {} })
  : here.mountDevtools

/** The same as a component, which draws nothing where it stands. */
export const HeadwaterDevtools: typeof here.HeadwaterDevtools = isProduction ? () => null : here.HeadwaterDevtools

/** The panel as a plugin of TanStack Devtools. */
export const headwaterDevtoolsPlugin: typeof here.headwaterDevtoolsPlugin = isProduction
  ? () => emptyPlugin
  : here.headwaterDevtoolsPlugin
