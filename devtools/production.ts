export { HeadwaterDevtools } from './HeadwaterDevtools.ts'
export { type Devtools, type DevtoolsOptions, mountDevtools } from './shell/mount.ts'
