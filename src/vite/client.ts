/** What the plugin gives to pages: for `"types": ["headwater/vite/client"]`. */
declare module 'virtual:headwater/worker' {
  /** Makes the leader's worker, of the schema and the `sync` that `headwater()` names: `makeWebAdapter({ worker })`. */
  export const worker: () => Worker
}

/** What runs in it. */
declare module 'virtual:headwater/leader'
