/// Sorts out groups of repeats whose drives are not the same.
enum EqualDrives {
  /// Drives closer than this are the same: two steps of a 12-bit converter.
  static let tolerance: Float = 0.001

  /// The groups' largest parts that were driven identically; each segment is in one group at most.
  ///
  /// - Returns: the groups kept, and the segments that were taken out of one.
  static func sort(_ trace: DeviceTrace) -> (groups: [[Int]], out: [Int], dropped: Int) {
    var groups: [[Int]] = []
    var out: [Int] = []
    var dropped = 0
    var taken = Set<Int>()
    for group in trace.repeats {
      var classes: [[Int]] = []
      for member in group where taken.insert(member).inserted {
        let place = classes.firstIndex { same(trace, $0[0], member) }
        // Beyond a few kinds a group is no group of repeats; comparing all with all would take long.
        if let place {
          classes[place].append(member)
        } else if classes.count < 8 {
          classes.append([member])
        } else {
          out.append(member)
        }
      }
      guard let largest = classes.max(by: { $0.count < $1.count }) else { continue }
      let rest = classes.filter { $0 != largest }.flatMap { $0 }
      if largest.count > 1 {
        groups.append(largest)
        out += rest
        if !rest.isEmpty { dropped += 1 }
      } else if group.count > 1 {
        out += largest + rest
        dropped += 1
      }
    }
    return (groups, out.sorted(), dropped)
  }

  private static func same(_ trace: DeviceTrace, _ first: Int, _ second: Int) -> Bool {
    let a = trace.segments[first]
    let b = trace.segments[second]
    guard a.count == b.count else { return false }
    let width = trace.driveCount
    for offset in 0..<(a.count * width) {
      let x = trace.drives[a.lowerBound * width + offset]
      let y = trace.drives[b.lowerBound * width + offset]
      // What is not finite is left out later.
      if x.isFinite, y.isFinite, abs(x - y) > tolerance { return false }
    }
    return true
  }
}
