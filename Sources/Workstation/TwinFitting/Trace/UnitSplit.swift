/// A split of units into two groups, each with its own small correction of the prediction.
struct UnitSplit {
  /// 0 or 1 for each unit.
  var groups: [Int]
  /// Corrections, `[observable][group]`.
  var corrections: [[[Double]]]

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
  static func compare(_ unit: Int, _ systems: [[RidgeSystem]], _ corrections: [[[Double]]]) -> (Double, Double) {
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
  static func find(_ systems: [[RidgeSystem]], units: Int) -> UnitSplit? {
    var best: (gain: Double, split: UnitSplit)?
    var starts = [(0..<units).map { 2 * $0 < units ? 0 : 1 }]
    starts += directions(systems, units: units)
    for start in starts {
      var groups = start
      var found = corrections(systems, groups)
      for _ in 0..<15 {
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
        best = (gain, UnitSplit(groups: groups, corrections: found))
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
}
