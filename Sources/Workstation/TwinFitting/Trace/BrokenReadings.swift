import Numerics

/// Stuck and glitched readings: what a quick prediction of the device says cannot be its own doing.
struct BrokenReadings {
  var stuckRuns: [Range<Int>] = []
  var glitches: [Int] = []
  /// Large one-sample steps taken for the device's own.
  var jumps = 0

  private static let history = 2

  /// - Parameter pieces: contiguous, finite samples.
  init(_ trace: DeviceTrace, pieces: [Range<Int>], options: TraceCheckOptions) {
    let features = trace.responseCount <= 4 ? 24 : 8
    for observable in 0..<trace.responseCount {
      let runs = Self.equalRuns(trace, observable, pieces, least: max(3, options.stuckRun))
      let count = pieces.reduce(0) { $0 + $1.count }
      let inRuns = runs.reduce(0) { $0 + $1.count }
      var held = Set<Int>()
      // A device or converter with few levels stands still by nature.
      let few = 2 * inRuns > count
      if !few { for run in runs { held.formUnion((run.lowerBound + 1)..<run.upperBound) } }
      guard
        let prediction = QuickPrediction(
          trace, observable: observable, pieces: pieces, fitted: { !held.contains($0) }, history: Self.history,
          features: features, seed: options.seed)
      else { continue }
      if !few {
        // The longest say most, and bound the work.
        let longest = runs.sorted { ($0.count, $1.lowerBound) > ($1.count, $0.lowerBound) }.prefix(
          max(8, 200 / trace.responseCount))
        stuckRuns += longest.filter { Self.isStuck($0, trace, prediction, pieces) }
      }
      if !few { judgeSpikes(trace, observable, prediction, held: held, options) }
    }
    stuckRuns.sort { $0.lowerBound < $1.lowerBound }
    glitches = Set(glitches).sorted()
  }

  private static func equalRuns(
    _ trace: DeviceTrace, _ observable: Int, _ pieces: [Range<Int>], least: Int
  ) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for piece in pieces {
      var start = piece.lowerBound
      while start < piece.upperBound {
        var end = start + 1
        while end < piece.upperBound, trace.response(end, observable) == trace.response(start, observable) { end += 1 }
        if end - start >= least { runs.append(start..<end) }
        start = end
      }
    }
    return runs
  }

  // The drive moved, and either the device should have moved in a third of the run's steps, or it hardly ever repeats a
  // reading elsewhere at that level.
  private static func isStuck(
    _ run: Range<Int>, _ trace: DeviceTrace, _ prediction: QuickPrediction, _ pieces: [Range<Int>]
  ) -> Bool {
    let moved = run.dropFirst().contains { sample in
      (0..<trace.driveCount).contains { trace.drive(sample, $0) != trace.drive(sample - 1, $0) }
    }
    guard moved else { return false }
    var index = prediction.samples.partition { $0 >= run.lowerBound + 1 }
    var steps = 0
    var away = 0
    while index < prediction.samples.count, prediction.samples[index] < run.upperBound {
      let noise = max(prediction.deviation, prediction.scales[index])
      if abs(prediction.errors[index]) > 4 * noise + 0.0005 { away += 1 }
      steps += 1
      index += 1
    }
    if steps > 0, 3 * away >= steps { return true }
    let share = repeatShare(run, trace, prediction.observable, pieces)
    // One in 10^11 of such runs by chance.
    return -Maths.log(share) * Double(run.count - 1) > 25
  }

  /// How often a reading equals the one before, outside the run and near its level.
  private static func repeatShare(
    _ run: Range<Int>, _ trace: DeviceTrace, _ observable: Int, _ pieces: [Range<Int>]
  ) -> Double {
    let level = trace.response(run.lowerBound, observable)
    for width: Float in [0.02, 0.1, 4] {
      var near = 0
      var equal = 0
      for piece in pieces {
        for sample in piece.dropFirst() where !run.contains(sample) {
          let before = trace.response(sample - 1, observable)
          guard abs(before - level) <= width else { continue }
          near += 1
          if before == trace.response(sample, observable) { equal += 1 }
        }
      }
      if near >= 30 { return Double(equal + 1) / Double(near + 2) }
    }
    return 1
  }

  // A glitch is far from the prediction and from both its neighbours, which agree with one another. A device that hops
  // by itself makes as many steps that last as ones that return at once.
  private mutating func judgeSpikes(
    _ trace: DeviceTrace, _ observable: Int, _ prediction: QuickPrediction, held: Set<Int>, _ options: TraceCheckOptions
  ) {
    var spikes: [Int] = []
    var lasting = 0
    var index = 0
    while index < prediction.samples.count {
      let sample = prediction.samples[index]
      let limit = options.glitch * max(prediction.deviation, prediction.scales[index])
      guard abs(prediction.errors[index]) > limit else {
        index += 1
        continue
      }
      if index + 1 < prediction.samples.count, prediction.samples[index + 1] == sample + 1 {
        let before = Double(trace.response(sample - 1, observable))
        let after = Double(trace.response(sample + 1, observable))
        let away = abs(Double(trace.response(sample, observable)) - (before + after) / 2)
        if away > limit, abs(after - before) < 0.5 * away { spikes.append(sample) } else { lasting += 1 }
      }
      // Predictions of the next samples start from this one.
      index += 1 + Self.history
    }
    let rare = spikes.count * 20 <= prediction.samples.count
    if rare, spikes.count > 2 * lasting { glitches += spikes } else { jumps += spikes.count + lasting }
  }
}

extension [Int] {
  /// First index of an ascending array whose element meets the condition.
  fileprivate func partition(_ meets: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if meets(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
