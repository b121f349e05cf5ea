/** `headwater/testing`: a whole cluster in one process, for the tests of an app. */
export type { TestClient, TestTab } from './client.ts'
export {
  createTestCluster,
  type TestBackend,
  type TestCluster,
  type TestClusterOptions,
  type TestCommit,
} from './cluster.ts'
