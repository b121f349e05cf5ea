export type { OpenSocket, Socket, SocketEvents } from '../replica/socket.ts'
