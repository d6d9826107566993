/// Tells whether a trace holds two devices: whether units of it (runs of an input, stretches of long pieces) fall into
/// two groups that answer the same drives and the same recent readings differently.
///
/// What counts is a sample's distance from others with the same recent past (`RecentPast`), never the level of the
/// readings, so a device that hops between states or wanders is one device. The units are split into two groups by
/// their first halves, each group with its own small correction of the prediction; on the second halves, which had no
/// part in that, each unit is asked whose correction suits it. For one device the answers mean nothing; for two, they
/// agree and stand apart; for a device that ages they lie along a line, and its groups are early and late. Then samples
/// of the two groups are compared in pairs of equal past, and the difference held against that of groups drawn by lot
/// among the runs of each input.
struct MixedDevices {
  struct Result {
    /// Units of the trace that were asked, and the group of each.
    var units: [Range<Int>]
    var groups: [Int]
    /// Share of units whose second half agrees with its first, weighed by how much they can tell.
    var agreement: Double
    /// Distance of the groups' centres over the spread within them, noise taken off; near 3 for a steady change.
    var separation: Double
    /// Mean square of the difference between the groups, over the noise of a step.
    var effect: Double
    /// How sure it is that the second halves agree with the first, in standard deviations.
    var significance: Double
    /// The groups' difference at equal past.
    var matched = MatchedContrast.Answer(contrast: 0, surprise: 0, size: 0)
    /// How well early against late explains the groups, 1 for entirely, and the first sample of the later part.
    var order = 0.0
    var cut = 0
    /// Whether runs of repeated inputs are a third of the units or more. Stretches of a long input alone are never driven
    /// alike, so what the prediction gets wrong can look like a difference; more is asked of them.
    var hasRepeats = false

    private var isCertain: Bool {
      significance >= 6 && separation >= 2 && effect >= 0.01 && matched.whole >= 0.25 * effect
    }
    /// Groups that follow one another in time are one device that changed. Where the groups are sure, so must their
    /// order be.
    var isDrift: Bool {
      isCertain && agreement >= 0.86 && order >= (agreement >= 0.95 && separation >= 5 ? 0.75 : 0.5)
    }
    var isLikely: Bool {
      isCertain && !isDrift
        && (agreement >= 0.86 || (hasRepeats && matched.surprise >= 8))
        && matched.surprise >= (hasRepeats ? 5 : 10)
        && matched.contrast >= max(hasRepeats ? 0.02 : 0.2, 0.25 * effect)
    }
    var isStrong: Bool {
      isLikely && agreement >= 0.95 && separation >= 5 && effect >= 0.02 && matched.size >= 0.001
        && matched.surprise >= (hasRepeats ? 8 : 12) && matched.contrast >= (hasRepeats ? 0.05 : 0.3)
    }
  }

  /// Samples looked at, shared among the readings; of a larger trace, units drawn at random.
  private static let most = 24_000

  /// - Returns: nil where the trace is too short to tell.
  static func judge(_ trace: DeviceTrace, seed: UInt64) -> Result? {
    let busy = busiest(trace)
    guard !busy.isEmpty else { return nil }
    let units = MixtureUnits(trace, most: most / busy.count, seed: seed)
    guard units.count >= 8 else { return nil }
    var pasts: [RecentPast] = []
    for (index, _) in busy.enumerated() {
      var readings = busy
      readings.swapAt(0, index)
      if let past = RecentPast(trace, units, readings: readings, seed: seed) { pasts.append(past) }
    }
    guard !pasts.isEmpty else { return nil }
    var first: [[RidgeSystem]] = []
    var second: [[RidgeSystem]] = []
    for past in pasts {
      let (a, b) = halves(past, units)
      first.append(a)
      second.append(b)
    }
    guard let split = UnitSplit.find(first, units: units.count),
      var result = answer(split, first, second, units: units.ranges)
    else { return nil }
    let order = order(result.groups)
    result.order = order.share
    result.hasRepeats = 3 * units.groups.filter { $0 >= 0 }.count >= units.count
    result.cut = units.ranges[order.cut].lowerBound
    result.matched = MatchedContrast(pasts, units, groups: split.groups).judge(seed: seed)
    return result
  }

  /// The three readings that move most.
  private static func busiest(_ trace: DeviceTrace) -> [Int] {
    var counts = 0.0
    var sums = [Double](repeating: 0, count: trace.responseCount)
    var squares = sums
    for segment in trace.segments {
      counts += Double(segment.count)
      for sample in segment {
        for observable in 0..<trace.responseCount {
          let value = Double(trace.response(sample, observable))
          sums[observable] += value
          squares[observable] += value * value
        }
      }
    }
    let variances = zip(sums, squares).map { $1 / max(counts, 1) - $0 / max(counts, 1) * ($0 / max(counts, 1)) }
    return Array(variances.indices.sorted { variances[$0] > variances[$1] }.prefix(3)).filter { variances[$0] > 1e-9 }
  }

  /// Equations of the corrections over the two halves of each unit, with a pause of some samples between them.
  private static func halves(
    _ past: RecentPast, _ units: MixtureUnits
  ) -> (first: [RidgeSystem], second: [RidgeSystem]) {
    let inputs = min(past.inputCount, 8)
    let size = 1 + inputs + (inputs <= 6 ? inputs * (inputs + 1) / 2 : inputs)
    var first = [RidgeSystem](repeating: RidgeSystem(size: size), count: units.count)
    var second = first
    var row = [Double](repeating: 0, count: size)
    for (index, sample) in past.samples.enumerated() {
      let unit = past.units[index]
      let range = units.ranges[unit]
      let middle = range.lowerBound + range.count / 2
      row[0] = 1
      var position = 1
      for i in 0..<inputs {
        row[position] = min(3, max(-3, past.inputs[index * past.inputCount + i]))
        position += 1
      }
      for i in 0..<inputs {
        for j in (inputs <= 6 ? 0 : i)...i {
          row[position] = row[1 + i] * row[1 + j]
          position += 1
        }
      }
      row.withUnsafeBufferPointer { row in
        if sample < middle - 2 {
          first[unit].add(row, target: past.errors[index], weight: 1)
        } else if sample >= middle + 2 {
          second[unit].add(row, target: past.errors[index], weight: 1)
        }
      }
    }
    return (first, second)
  }

  /// How well the groups are told by one moment in time: agreement with the best cut into before and after, chance taken
  /// off; and the first unit after the cut.
  private static func order(_ groups: [Int]) -> (share: Double, cut: Int) {
    let ones = groups.reduce(0, +)
    let count = groups.count
    guard ones > 0, ones < count else { return (0, 0) }
    var best = (agreeing: 0, cut: 0)
    var before = 0
    for (index, group) in groups.enumerated().dropLast() {
      before += group
      // Zeros before and ones after, or the other way round.
      let agreeing = (index + 1 - before) + (ones - before)
      if max(agreeing, count - agreeing) > best.agreeing { best = (max(agreeing, count - agreeing), index + 1) }
    }
    let chance = Double(max(ones, count - ones)) / Double(count)
    return ((Double(best.agreeing) / Double(count) - chance) / (1 - chance), best.cut)
  }

  private static func answer(
    _ split: UnitSplit, _ first: [[RidgeSystem]], _ second: [[RidgeSystem]], units: [Range<Int>]
  ) -> Result? {
    // Place of each unit between the groups by its second half: -1 and 1 are the groups' own, the noise's standard
    // deviation is 2 / sqrt(square).
    var places: [(group: Int, place: Double, noise: Double)] = []
    var squares = 0.0
    var steps = 0.0
    var agreeing = 0.0
    var gains = 0.0
    for unit in units.indices {
      let (gain, square) = UnitSplit.compare(unit, second, split.corrections)
      squares += square
      steps += second[0][unit].gram[0]
      agreeing += split.groups[unit] == 1 ? gain : -gain
      gains += gain * gain
      guard square > 4 else { continue }
      places.append((split.groups[unit], gain / square, 4 / square))
    }
    let effect = steps > 0 ? squares / steps : 0
    guard places.count >= 8 else { return nil }
    var centres = [0.0, 0.0]
    var weights = [0.0, 0.0]
    var agree = 0.0
    for place in places {
      centres[place.group] += place.place / place.noise
      weights[place.group] += 1 / place.noise
      if (place.place > 0) == (place.group == 1) { agree += 1 / place.noise }
    }
    guard places.filter({ $0.group == 0 }).count >= 3, places.filter({ $0.group == 1 }).count >= 3 else { return nil }
    for group in 0..<2 { centres[group] /= weights[group] }
    var variance = 0.0
    var noise = 0.0
    for place in places {
      variance += (place.place - centres[place.group]) * (place.place - centres[place.group]) / place.noise
      noise += 1
    }
    let weight = weights[0] + weights[1]
    // In the weighted sum noise alone gives 1 a unit; what that leaves open is counted as spread.
    let own = max(0, variance - noise) + 2 * (2 * noise).squareRoot()
    let spread = (own / weight).squareRoot()
    let both = (0..<units.count).map { unit -> Int in
      let gain =
        UnitSplit.compare(unit, first, split.corrections).0 + UnitSplit.compare(unit, second, split.corrections).0
      return gain > 0 ? 1 : 0
    }
    return Result(
      units: units, groups: both, agreement: agree / max(weights[0] + weights[1], 1e-12),
      separation: (centres[1] - centres[0]) / max(spread, 1e-6), effect: effect,
      significance: agreeing / max(gains, 1e-12).squareRoot())
  }
}
