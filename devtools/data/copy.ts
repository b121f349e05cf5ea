/** Puts text on the clipboard; false where the browser does not let it. `from` is in the window that has the focus. */
export async function copyText(text: string, from: Node | null): Promise<boolean> {
  const { defaultView, body } = from?.ownerDocument ?? document
  try {
    await defaultView?.navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text, body)
  }
}

/** Pages that are not secure have no other way. */
function copyBySelection(text: string, body: HTMLElement): boolean {
  const area = body.ownerDocument.createElement('textarea')
  area.value = text
  body.append(area)
  area.select()
  const isCopied = body.ownerDocument.execCommand('copy')
  area.remove()
  return isCopied
}
