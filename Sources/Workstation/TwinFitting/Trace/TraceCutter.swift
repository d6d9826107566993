/// Cuts segments where samples are left out, keeping groups of repeats together where that can be done.
struct TraceCutter {
  let trace: DeviceTrace
  /// Samples left out.
  let bad: [Bool]
  /// Samples before which the recording has a gap.
  let breaks: [Bool]
  /// Shortest piece worth keeping.
  let least: Int

  private(set) var segments: [Range<Int>] = []
  private(set) var origins: [Int] = []
  private(set) var groups: [[Int]] = []
  private(set) var shortPieces = 0
  private(set) var shortSamples = 0

  init(_ trace: DeviceTrace, groups wanted: [[Int]], bad: [Bool], breaks: [Bool], least: Int) {
    self.trace = trace
    self.bad = bad
    self.breaks = breaks
    self.least = least
    var grouped = Set<Int>()
    for group in wanted { grouped.formUnion(group) }
    for (index, segment) in trace.segments.enumerated() where !grouped.contains(index) { keep(segment, of: index) }
    for group in wanted { cut(group) }
  }

  /// Pieces of a range without a sample left out or a gap inside.
  private func whole(_ range: Range<Int>) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = range.lowerBound
    for sample in range {
      if bad[sample] {
        if sample > start { pieces.append(start..<sample) }
        start = sample + 1
      } else if breaks[sample], sample > start {
        pieces.append(start..<sample)
        start = sample
      }
    }
    if range.upperBound > start { pieces.append(start..<range.upperBound) }
    return pieces
  }

  private mutating func keep(_ range: Range<Int>, of origin: Int) {
    for piece in whole(range) {
      if piece.count >= least {
        segments.append(piece)
        origins.append(origin)
      } else {
        shortPieces += 1
        shortSamples += piece.count
      }
    }
  }

  // Where more than a quarter of the repeats are broken at the same step, all are cut there, and the parts are groups
  // of their own; a repeat broken elsewhere leaves its group.
  private mutating func cut(_ group: [Int]) {
    guard let first = group.first else { return }
    let length = trace.segments[first].count
    var spans: [Range<Int>] = []
    var start = 0
    for offset in 0..<length {
      var broken = 0
      var gaps = 0
      for member in group {
        let sample = trace.segments[member].lowerBound + offset
        if bad[sample] { broken += 1 } else if breaks[sample], offset > 0 { gaps += 1 }
      }
      if 4 * broken > group.count {
        if offset > start { spans.append(start..<offset) }
        start = offset + 1
      } else if 4 * gaps > group.count, offset > start {
        spans.append(start..<offset)
        start = offset
      }
    }
    if length > start { spans.append(start..<length) }
    for span in spans {
      var members: [Int] = []
      for member in group {
        let low = trace.segments[member].lowerBound
        let piece = (low + span.lowerBound)..<(low + span.upperBound)
        if whole(piece) == [piece], piece.count >= least { members.append(segments.count) }
        keep(piece, of: member)
      }
      if members.count > 1 { groups.append(members) }
    }
    // Samples a common cut left out are clean in some repeats; alone they are too short for anything.
  }
}
