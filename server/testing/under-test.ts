import type { BackendUnderTest } from '../../src/testing/simulator/backend.ts'
import { createBackend } from '../backend.ts'
import { createMemoryEngine } from '../memory-engine.ts'

/** The real backend for simulated clusters. Its window is small, so that histories of some hundred events fill it. */
export const backendUnderTest: BackendUnderTest = {
  openEngine: (env) => createMemoryEngine({ env }),
  start: (options) => createBackend({ ...options, limits: { windowEvents: 40, pageEvents: 20 } }),
}
