/// Tells whether a trace holds two devices: whether pieces of it fall into two groups that answer the same recent past
/// and drive differently.
///
/// What a piece is compared by is its one-step surprise given its own recent past, never the level of its readings, so
/// a device that hops between states or wanders is one device. The pieces are split into two groups by their first
/// halves, each group with its own small correction of the prediction; on the second halves, which had no part in that,
/// each piece is asked whose correction suits it. For one device the answers mean nothing; for two, they agree and
/// stand apart; for a device that ages they lie along a line.
struct MixedDevices {
  struct Result {
    /// Pieces of the trace, and the group of each.
    var pieces: [Range<Int>]
    var groups: [Int]
    /// Share of pieces whose second half agrees with its first, weighed by how much they can tell.
    var agreement: Double
    /// Distance of the groups' centres over the spread within them, noise taken off; near 3 for a steady change.
    var separation: Double
    /// Mean square of the difference between the groups, over the noise of a step.
    var effect: Double
    /// How sure it is that the second halves agree with the first, in standard deviations.
    var significance: Double

    var isStrong: Bool { significance >= 6 && agreement >= 0.95 && separation >= 5 && effect >= 0.02 }
    var isLikely: Bool { significance >= 6 && agreement >= 0.86 && separation >= 2 && effect >= 0.01 }
  }

  /// - Parameter pieces: contiguous, clean samples.
  /// - Returns: nil where the trace is too short to tell.
  static func judge(_ trace: DeviceTrace, pieces: [Range<Int>], seed: UInt64) -> Result? {
    let units = units(pieces)
    guard units.count >= 8 else { return nil }
    // A device with a hidden velocity shows itself to three readings only; the others are told apart better by two.
    let results = [2, 3].compactMap { judge(trace, pieces: pieces, units: units, history: $0, seed: seed) }
    return results.max { ($0.isStrong ? 1 : 0, $0.significance) < ($1.isStrong ? 1 : 0, $1.significance) }
  }

  private static func judge(
    _ trace: DeviceTrace, pieces: [Range<Int>], units: [Range<Int>], history: Int, seed: UInt64
  ) -> Result? {
    var first: [[RidgeSystem]] = []
    var second: [[RidgeSystem]] = []
    for observable in busiest(trace, pieces) {
      guard
        let prediction = QuickPrediction(
          trace, observable: observable, pieces: pieces, fitted: { _ in true }, history: history, features: 32,
          seed: seed)
      else { continue }
      let (a, b) = halves(prediction, units)
      first.append(a)
      second.append(b)
    }
    guard !first.isEmpty, let split = split(first, units: units.count) else { return nil }
    return answer(split, first, second, units: units)
  }

  private static func units(_ pieces: [Range<Int>]) -> [Range<Int>] {
    let total = pieces.reduce(0) { $0 + $1.count }
    let length = min(400, max(60, total / 64))
    var units: [Range<Int>] = []
    for piece in pieces where piece.count >= 24 {
      let parts = max(1, piece.count / length)
      for part in 0..<parts {
        units.append(
          (piece.lowerBound + piece.count * part / parts)..<(piece.lowerBound + piece.count * (part + 1) / parts))
      }
    }
    return units
  }

  private static func busiest(_ trace: DeviceTrace, _ pieces: [Range<Int>]) -> [Int] {
    let variances = (0..<trace.responseCount).map { observable in
      var (n, sum, square) = (0.0, 0.0, 0.0)
      for piece in pieces {
        for sample in piece {
          let value = Double(trace.response(sample, observable))
          n += 1
          sum += value
          square += value * value
        }
      }
      return n > 0 ? square / n - sum / n * (sum / n) : 0
    }
    return Array(variances.indices.sorted { variances[$0] > variances[$1] }.prefix(4)).filter { variances[$0] > 1e-9 }
  }

  /// Equations of the corrections over the two halves of each unit, with a pause of some samples between them.
  private static func halves(
    _ prediction: QuickPrediction, _ units: [Range<Int>]
  ) -> (first: [RidgeSystem], second: [RidgeSystem]) {
    let inputs = min(prediction.inputCount, 8)
    let size = 1 + inputs + (inputs <= 6 ? inputs * (inputs + 1) / 2 : inputs)
    var first = [RidgeSystem](repeating: RidgeSystem(size: size), count: units.count)
    var second = first
    var row = [Double](repeating: 0, count: size)
    var unit = 0
    let order = units.indices.sorted { units[$0].lowerBound < units[$1].lowerBound }
    for (index, sample) in prediction.samples.enumerated() {
      while unit < order.count, sample >= units[order[unit]].upperBound { unit += 1 }
      guard unit < order.count, units[order[unit]].contains(sample) else { continue }
      let range = units[order[unit]]
      let middle = range.lowerBound + range.count / 2
      let scale = max(prediction.scales[index], prediction.deviation)
      // A single surprise must not decide for a whole piece.
      let error = min(4, max(-4, prediction.errors[index] / scale))
      row[0] = 1
      var position = 1
      for i in 0..<inputs {
        row[position] = min(3, max(-3, prediction.inputs[index * prediction.inputCount + i]))
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
          first[order[unit]].add(row, target: error, weight: 1)
        } else if sample >= middle + 2 {
          second[order[unit]].add(row, target: error, weight: 1)
        }
      }
    }
    return (first, second)
  }

  private struct Split {
    var groups: [Int]
    /// Corrections, `[observable][group]`.
    var corrections: [[[Double]]]
  }

  private static func corrections(_ systems: [[RidgeSystem]], _ groups: [Int]) -> [[[Double]]] {
    systems.map { units in
      (0..<2).map { group in
        var sum = RidgeSystem(size: units[0].size)
        for (unit, system) in units.enumerated() where groups[unit] == group { sum.add(system) }
        return RidgeSystem.solve(sum.factor(ridge: 1e-3), sum.moment)
      }
    }
  }

  /// Twice the gain in log likelihood of group 1's corrections over group 0's, and the square of their difference.
  private static func compare(_ unit: Int, _ systems: [[RidgeSystem]], _ corrections: [[[Double]]]) -> (Double, Double)
  {
    var gain = 0.0
    var square = 0.0
    for (observable, units) in systems.enumerated() {
      let (zero, one) = (corrections[observable][0], corrections[observable][1])
      let system = units[unit]
      gain +=
        2 * (RidgeSystem.dot(system.moment, one) - RidgeSystem.dot(system.moment, zero)) - system.energy(one)
        + system.energy(zero)
      square += system.energy(zip(one, zero).map { $0 - $1 })
    }
    return (gain, square)
  }

  // Two-means on the corrections, from splits along the directions in which the pieces differ most, and from early
  // against late.
  private static func split(_ systems: [[RidgeSystem]], units: Int) -> Split? {
    var best: (gain: Double, split: Split)?
    var starts = [(0..<units).map { 2 * $0 < units ? 0 : 1 }]
    starts += directions(systems, units: units)
    for start in starts {
      var groups = start
      var found = corrections(systems, groups)
      for _ in 0..<25 {
        let next = (0..<units).map { compare($0, systems, found).0 > 0 ? 1 : 0 }
        let ones = next.reduce(0, +)
        if next == groups || ones < 2 || units - ones < 2 { break }
        groups = next
        found = corrections(systems, groups)
      }
      var gain = 0.0
      for (observable, list) in systems.enumerated() {
        for (unit, system) in list.enumerated() {
          let own = found[observable][groups[unit]]
          gain += 2 * RidgeSystem.dot(system.moment, own) - system.energy(own)
        }
      }
      let ones = groups.reduce(0, +)
      if ones >= 2, units - ones >= 2, gain > best?.gain ?? -.infinity {
        best = (gain, Split(groups: groups, corrections: found))
      }
    }
    return best?.split
  }

  /// Splits by the sign along the first three principal directions of the pieces' whitened scores.
  private static func directions(_ systems: [[RidgeSystem]], units: Int) -> [[Int]] {
    var scores = [[Double]](repeating: [], count: units)
    for list in systems {
      var sum = RidgeSystem(size: list[0].size)
      for system in list { sum.add(system) }
      let factor = sum.factor(ridge: 1e-3)
      for (unit, system) in list.enumerated() { scores[unit] += RidgeSystem.forward(factor, system.moment) }
    }
    let size = scores[0].count
    var result: [[Int]] = []
    for start in 0..<3 {
      var direction = (0..<size).map { $0 % 3 == start ? 1.0 : 0.3 }
      var places = [Double](repeating: 0, count: units)
      for _ in 0..<40 {
        var next = [Double](repeating: 0, count: size)
        for unit in 0..<units {
          places[unit] = RidgeSystem.dot(scores[unit], direction)
          for i in 0..<size { next[i] += places[unit] * scores[unit][i] }
        }
        let length = max(RidgeSystem.dot(next, next).squareRoot(), 1e-300)
        direction = next.map { $0 / length }
      }
      result.append(places.map { $0 > 0 ? 1 : 0 })
      for unit in 0..<units {
        let place = RidgeSystem.dot(scores[unit], direction)
        for i in 0..<size { scores[unit][i] -= place * direction[i] }
      }
    }
    return result
  }

  private static func answer(
    _ split: Split, _ first: [[RidgeSystem]], _ second: [[RidgeSystem]], units: [Range<Int>]
  ) -> Result? {
    // Place of each piece between the groups by its second half: -1 and 1 are the groups' own, the noise's standard
    // deviation is 2 / sqrt(square).
    var places: [(group: Int, place: Double, noise: Double)] = []
    var squares = 0.0
    var steps = 0.0
    var agreeing = 0.0
    var gains = 0.0
    for unit in units.indices {
      let (gain, square) = compare(unit, second, split.corrections)
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
    // In the weighted sum noise alone gives 1 a piece; what that leaves open is counted as spread.
    let own = max(0, variance - noise) + 2 * (2 * noise).squareRoot()
    let spread = (own / weight).squareRoot()
    let both = (0..<units.count).map { unit -> Int in
      let gain = compare(unit, first, split.corrections).0 + compare(unit, second, split.corrections).0
      return gain > 0 ? 1 : 0
    }
    return Result(
      pieces: units, groups: both, agreement: agree / max(weights[0] + weights[1], 1e-12),
      separation: (centres[1] - centres[0]) / max(spread, 1e-6), effect: effect,
      significance: agreeing / max(gains, 1e-12).squareRoot())
  }
}
