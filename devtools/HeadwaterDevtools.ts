import { useEffect, useRef } from 'react'
import type { Store } from '../src/index.ts'
import { type DevtoolsOptions, mountDevtools } from './shell/mount.ts'

type Props = DevtoolsOptions & { readonly store: Store }

/** The panel of `store`, while this is mounted. What it is opened with counts at its first mount. */
export function HeadwaterDevtools({ store, initiallyOpen, hotkey, edit = {} }: Props): null {
  const edits = useRef(edit)
  useEffect(
    () =>
      mountDevtools(store, {
        edit: edits.current,
        ...(initiallyOpen === undefined ? {} : { initiallyOpen }),
        ...(hotkey === undefined ? {} : { hotkey }),
      }).unmount,
    [store, initiallyOpen, hotkey],
  )
  return null
}
