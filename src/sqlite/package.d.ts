// What the pinned `wa-sqlite` alias does not declare under this name.

declare module 'wa-sqlite/dist/wa-sqlite.mjs' {
  const factory: (config?: object) => Promise<unknown>
  export default factory
}
