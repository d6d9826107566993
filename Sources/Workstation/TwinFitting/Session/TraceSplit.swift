import Numerics

/// Which samples a fit learns from, which it is stopped by, and which repeats judge it.
struct TraceSplit: Sendable {
  /// A run of samples with enough history in front: targets lie in `range`.
  var training: [Range<Int>] = []
  var heldOut: [Range<Int>] = []
  /// Groups of segments kept for the comparison of repeats.
  var judges: [[Range<Int>]] = []
  /// Groups of segments that also teach.
  var teachers: [[Range<Int>]] = []

  /// - Parameters:
  ///   - whole: repeats of inputs with the readings at a rail that `trace` leaves out.
  ///   - history: samples a prediction needs before it.
  init(
    _ trace: DeviceTrace, whole: [[Range<Int>]] = [], history: Int, block: Int, share: Double, seed: UInt64
  ) {
    let groups = trace.repeats.filter { $0.count >= 2 }
    let grouped = Set(groups.joined())
    let free = trace.segments.indices.filter { !grouped.contains($0) }
    let freeSamples = free.reduce(0) { $0 + trace.segments[$1].count }
    // Repeats judge; some of them also teach when there are many, or nothing else does.
    let judged =
      groups.count >= 4 ? (groups.count + 3) / 4 : (freeSamples >= 1000 || groups.count == 1 ? groups.count : 1)
    let teaching = groups.dropLast(min(judged, groups.count))
    judges = groups.suffix(judged).map { $0.map { trace.segments[$0] } }
    self.teachers = teaching.map { $0.map { trace.segments[$0] } }
    var teachers = free.map { trace.segments[$0] } + teaching.flatMap { $0.map { trace.segments[$0] } }
    func samples(_ list: [Range<Int>]) -> Int { list.reduce(0) { $0 + max(0, $1.count - history) } }
    let entire = Self.entire(judges, whole)
    if entire != judges {
      // What judges whole does not teach in pieces.
      func judging(_ piece: Range<Int>) -> Bool { entire.contains { $0.contains { $0.overlaps(piece) } } }
      let rest = teachers.filter { !judging($0) }
      if samples(rest) >= 200 {
        (judges, teachers) = (entire, rest)
        self.teachers = self.teachers.filter { !$0.contains(where: judging) }
      }
    }
    if samples(teachers) < 200 { teachers += judges.flatMap { $0 } }
    var blocks: [Range<Int>] = []
    for segment in teachers {
      var start = segment.lowerBound + history
      while start < segment.upperBound {
        let end = segment.upperBound - start < 2 * block ? segment.upperBound : start + block
        blocks.append(start..<end)
        start = end
      }
    }
    var random = RandomStream(seed: seed, stream: 0x5011)
    let order = random.permutation(blocks.count)
    let kept = min(max(1, Int((Double(blocks.count) * share).rounded())), max(0, blocks.count - 1))
    let out = Set(order.prefix(kept))
    for index in blocks.indices {
      if out.contains(index) { heldOut.append(blocks[index]) } else { training.append(blocks[index]) }
    }
    if heldOut.isEmpty { heldOut = training }
  }

  /// The groups, each that is cut out of repeats of one input in the place of its pieces whole.
  private static func entire(_ groups: [[Range<Int>]], _ whole: [[Range<Int>]]) -> [[Range<Int>]] {
    var list: [[Range<Int>]] = []
    for group in groups {
      let input = whole.first { input in
        group.allSatisfy { piece in !piece.isEmpty && input.contains { $0.clamped(to: piece) == piece } }
      }
      // Several groups may be cut out of one.
      if list.last != input ?? group { list.append(input ?? group) }
    }
    return list
  }

  /// First targets of windows of `horizon` samples, each block cut from a random phase, in random order.
  static func starts(_ blocks: [Range<Int>], horizon: Int, random: inout RandomStream) -> [Int] {
    var all: [Int] = []
    for block in blocks where block.count >= horizon {
      let slack = block.count % horizon
      var start = block.lowerBound + Int(random.below(UInt32(slack + 1)))
      while start + horizon <= block.upperBound {
        all.append(start)
        start += horizon
      }
    }
    return random.permutation(all.count).map { all[$0] }
  }

  /// The same without chance.
  static func starts(_ blocks: [Range<Int>], horizon: Int) -> [Int] {
    blocks.flatMap { Array(stride(from: $0.lowerBound, through: $0.upperBound - horizon, by: horizon)) }
  }
}
