export { type HeadwaterOptions, headwater } from './plugin.ts'
