/// The times whose pairs an autocovariance is compared at: all of them, or, where that would be too many, bursts of
/// successive times spread evenly, so that near and far pairs are both there.
struct TimeGrid: Equatable {
  let times: [Int]
  /// Vectors a row of the grid.
  var width: Int { (times.count + 7) / 8 }

  init(steps: Int, most: Int) {
    let most = max(2, most)
    guard steps > most else {
      times = Array(0..<max(0, steps))
      return
    }
    let burst = min(8, most)
    let bursts = max(1, most / burst)
    var times: [Int] = []
    for index in 0..<bursts {
      let start = bursts > 1 ? (steps - burst) * index / (bursts - 1) : (steps - burst) / 2
      for time in start..<(start + burst) where times.last.map({ $0 < time }) ?? true { times.append(time) }
    }
    self.times = times
  }

  /// Largest grid whose pairs cost at most `budget` multiplications at `perPair` each.
  static func most(budget: Double, perPair: Double) -> Int {
    Int(min(4096, max(8, (2 * budget / max(1, perPair)).squareRoot())))
  }
}
