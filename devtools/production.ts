export type { EditedRow, Edits, TableEdits } from './data/edit.ts'
export { HeadwaterDevtools } from './HeadwaterDevtools.ts'
export { type Devtools, type DevtoolsOptions, mountDevtools } from './shell/mount.ts'
