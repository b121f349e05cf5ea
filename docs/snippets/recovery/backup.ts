import { ImportRefused, type Store } from 'headwater'

export async function download(store: Store) {
  const { log } = await store.export() // and `state`: the tables, for other tools
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([log as BlobPart], { type: 'application/vnd.sqlite3' }))
  link.download = `${store.storeId}.db`
  link.click()
}

/** Gives why the file is not taken, if it is not. */
export async function upload(store: Store, file: File): Promise<string | undefined> {
  try {
    await store.import(new Uint8Array(await file.arrayBuffer()))
    return undefined
  } catch (error) {
    if (error instanceof ImportRefused) return error.message
    throw error
  }
}
