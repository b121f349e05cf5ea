import { WipeBlocked, wipe } from 'headwater'

/** Removes what this browser keeps of a user's store. False while a tab does not let go of it. */
export async function logOut(storeId: string): Promise<boolean> {
  try {
    await wipe(storeId)
    return true
  } catch (error) {
    if (error instanceof WipeBlocked) return false
    throw error
  }
}
