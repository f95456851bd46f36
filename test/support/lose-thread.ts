// Loaded into the program before it starts: at SIGUSR2 its probe thread is killed.
import { isMainThread, type Worker } from 'node:worker_threads'

let thread: Worker | undefined

if (isMainThread) {
  process.on('worker', worker => {
    thread = worker
  })
  process.on('SIGUSR2', () => void thread?.terminate())
}
