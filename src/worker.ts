export { makeWebSocketBackend, type WebSocketBackendOptions } from './backend/websocket.ts'
export { inspectable } from './leader/inspector.ts'
export { type StartLeaderOptions, startLeader } from './leader/start.ts'
export type { OnBackendIdMismatch, SyncOptions } from './replica/upstream.ts'
