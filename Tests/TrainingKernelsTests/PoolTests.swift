import Synchronization
import Testing
import TrainingKernels

@Suite struct PoolTests {
  @Test(arguments: [1, 2, 3, 7]) func everyPieceRunsOnce(_ threads: Int) {
    let pool = WorkerPool(threads: threads)
    let runs = Slots<Int>(count: 1000)
    let busy = Mutex([Bool](repeating: false, count: threads))
    pool.run(1000) { piece, worker in
      busy.withLock { places in
        #expect(!places[worker])
        places[worker] = true
      }
      runs[piece] = (runs[piece] ?? 0) + 1
      busy.withLock { $0[worker] = false }
    }
    for piece in 0..<1000 { #expect(runs[piece] == 1) }
    pool.run(0) { _, _ in Issue.record("nothing to run") }
  }

  @Test func adamFindsAMinimum() {
    // f = sum (p - k)^2 over 5 parameters.
    var adam = Adam(count: 5)
    let p = AlignedBuffer(floats: 5)
    let g = AlignedBuffer(floats: 5)
    for step in 0..<2000 {
      for k in 0..<5 { g[k] = 2 * (p[k] - Float(k)) }
      adam.step(p.floats, gradient: g.floats, rate: cosineRate(step: step, of: 2000, warmup: 10, peak: 0.05))
    }
    for k in 0..<5 { #expect(abs(p[k] - Float(k)) < 1e-3) }
  }
}
