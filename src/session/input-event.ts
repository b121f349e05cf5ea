/**
 * Whether this runs within the event of an input whose value the user has changed. Frameworks with controlled inputs put the
 * value that they last rendered back when such an event is over, and with it the caret at the end: what the event commits has
 * to be shown before that, and not at the end of the task. Of all other events the end of the task is soon enough.
 */
export function isInInputEvent(): boolean {
  const event = (globalThis as { readonly event?: Event | undefined }).event
  switch (event?.type) {
    case 'input':
    case 'change':
      return true
    case 'click': // of a checkbox or a radio button
      return (event.target as { readonly tagName?: string } | null)?.tagName === 'INPUT'
    default:
      return false
  }
}
