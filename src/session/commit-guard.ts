/** Asked before every commit, whichever store it is for; throws where there must be none. */
let guard = () => {}

/** For what renders: it knows when a commit would be a mistake. */
export function guardCommits(refuse: () => void) {
  guard = refuse
}

export function checkCommit() {
  guard()
}
