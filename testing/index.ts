/** `headwater/testing`: a whole cluster in one process, for the tests of an app. */
export type { TestBackend, TestCommit } from './backend.ts'
export type { TestClient, TestTab } from './client.ts'
export { createTestCluster, type TestCluster, type TestClusterOptions } from './cluster.ts'
