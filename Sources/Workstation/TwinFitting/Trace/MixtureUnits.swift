import Numerics

/// The parts of a trace that are asked which device gave them: runs of a repeated input, and stretches of long pieces.
struct MixtureUnits {
  /// Samples of each, ascending in time.
  private(set) var ranges: [Range<Int>] = []
  /// Group of repeats each is part of; -1 for none.
  private(set) var groups: [Int] = []

  var count: Int { ranges.count }

  /// - Parameter most: samples at most; a larger trace is represented by units drawn at random, half of them from long
  ///   pieces where there are as many. Drawn evenly they might all be one device's.
  init(_ trace: DeviceTrace, most: Int, seed: UInt64) {
    var groupOf = [Int](repeating: -1, count: trace.segments.count)
    for (group, members) in trace.repeats.enumerated() { for member in members { groupOf[member] = group } }
    let total = trace.segments.reduce(0) { $0 + $1.count }
    let length = min(400, max(60, min(total, most) / 64))
    var units: [(range: Range<Int>, group: Int)] = []
    for (index, segment) in trace.segments.enumerated() where segment.count >= 24 {
      let parts = max(1, segment.count / length)
      for part in 0..<parts {
        let low = segment.count * part / parts
        let high = segment.count * (part + 1) / parts
        units.append(((segment.lowerBound + low)..<(segment.lowerBound + high), groupOf[index]))
      }
    }
    var random = RandomStream(seed: seed, stream: 0x3D7)
    var repeated = units.filter { $0.group >= 0 }
    var others = units.filter { $0.group < 0 }
    let inRepeats = repeated.reduce(0) { $0 + $1.range.count }
    let inOthers = total - inRepeats
    Self.draw(&others, most: max(most / 2, most - inRepeats), &random)
    Self.draw(&repeated, most: max(most - most / 2, most - inOthers), &random)
    let kept = (others + repeated).sorted { $0.range.lowerBound < $1.range.lowerBound }
    ranges = kept.map { $0.range }
    groups = kept.map { $0.group }
  }

  private static func draw(
    _ units: inout [(range: Range<Int>, group: Int)], most: Int, _ random: inout RandomStream
  ) {
    guard units.reduce(0, { $0 + $1.range.count }) > most else { return }
    var kept = 0
    var position = 0
    while position < units.count, kept < most {
      units.swapAt(position, position + Int(random.below(UInt32(units.count - position))))
      kept += units[position].range.count
      position += 1
    }
    units.removeSubrange(position...)
  }
}
