import { createContext } from 'react'
import type { Seed } from '../index.ts'

/** What queries show on a server, and while its page is hydrated. */
export const SeedContext = createContext<Seed | undefined>(undefined)
