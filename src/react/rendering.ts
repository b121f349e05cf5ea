import * as React from 'react'
import { guardCommits } from '../index.ts'

type Dispatcher = { readonly useState: unknown; readonly useEffect: unknown } | null
type Internals = { readonly H?: Dispatcher; readonly ReactCurrentDispatcher?: { readonly current: Dispatcher } }

const react = React as unknown as Record<string, Internals | undefined>
const now = react.__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE
const then = react.__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED

/** React has no public word for it: of 19, and of 18, the hooks that work now. Elsewhere nothing is found, and nothing refused. */
function isRendering(): boolean {
  const hooks = now?.H ?? then?.ReactCurrentDispatcher?.current
  return Boolean(hooks) && hooks?.useState !== hooks?.useEffect // the same one, which throws, where no hook may be called
}

/** A component is rendered more than once, and sometimes for nothing: each time would be a commit. */
export function refuseCommitsInRender() {
  guardCommits(() => {
    if (!isRendering()) return
    throw new Error(
      'headwater: a commit while a component renders. Commit in an event handler or in an effect: a component may be rendered several times, or for nothing.',
    )
  })
}
