import Numerics

/// Compares two groups of units by samples of equal past: how far apart their means are within each cell of
/// `RecentPast`, on the later halves of the units.
struct MatchedContrast {
  private let pasts: [RecentPast]
  private let rows: [[Int]]
  private let units: MixtureUnits
  private let groups: [Int]

  init(_ pasts: [RecentPast], _ units: MixtureUnits, groups: [Int]) {
    self.pasts = pasts
    self.units = units
    self.groups = groups
    rows = pasts.map { past in
      past.samples.indices.filter { index in
        let range = units.ranges[past.units[index]]
        return past.samples[index] >= range.lowerBound + range.count / 2 + 2
      }
    }
  }

  /// What the groups differ by, and how sure that is.
  struct Answer {
    /// Mean square difference over the noise of a sample, and the same less that of groups by lot.
    var whole = 0.0
    var contrast: Double
    /// Its distance from groups by lot in their standard deviations.
    var surprise: Double
    /// Root mean square difference in shares of the readings' range.
    var size: Double
  }

  /// The lots change places among the runs of one input, and among the units of long pieces: what only tells inputs
  /// apart is no difference between devices.
  func judge(seed: UInt64) -> Answer {
    let own = contrast(groups)
    var strata: [Int: [Int]] = [:]
    for (unit, group) in units.groups.enumerated() { strata[group, default: []].append(unit) }
    let lists = strata.keys.sorted().compactMap { strata[$0] }
    var random = RandomStream(seed: seed, stream: 0x1D5)
    var (sum, square, sizes) = (0.0, 0.0, 0.0)
    let draws = 24
    for _ in 0..<draws {
      var lot = groups
      for list in lists {
        for position in list.indices.dropLast() {
          let other = position + Int(random.below(UInt32(list.count - position)))
          lot.swapAt(list[position], list[other])
        }
      }
      let value = contrast(lot)
      sum += value.noise
      square += value.noise * value.noise
      sizes += value.range
    }
    let mean = sum / Double(draws)
    let deviation = max(0, square / Double(draws) - mean * mean).squareRoot()
    return Answer(
      whole: own.noise, contrast: own.noise - mean, surprise: (own.noise - mean) / max(deviation, 1e-4),
      size: max(0, own.range - sizes / Double(draws)).squareRoot())
  }

  /// Mean square differences over the noise and over the range.
  private func contrast(_ groups: [Int]) -> (noise: Double, range: Double) {
    var (noise, range, weight) = (0.0, 0.0, 0.0)
    for (past, rows) in zip(pasts, rows) {
      var sums = [Double](repeating: 0, count: 2 * past.cellCount)
      var sizes = sums
      var scales = [Double](repeating: 0, count: past.cellCount)
      for row in rows {
        let cell = past.cells[row]
        let place = 2 * cell + groups[past.units[row]]
        sums[place] += past.errors[row]
        sizes[place] += 1
        scales[cell] = past.scales[row] / past.range
      }
      for cell in 0..<past.cellCount where sizes[2 * cell] > 0 && sizes[2 * cell + 1] > 0 {
        let (a, b) = (sizes[2 * cell], sizes[2 * cell + 1])
        let difference = sums[2 * cell] / a - sums[2 * cell + 1] / b
        let share = a * b / (a + b)
        noise += share * difference * difference - 1
        range += (share * difference * difference - 1) * scales[cell] * scales[cell]
        weight += share
      }
    }
    return weight > 0 ? (noise / weight, range / weight) : (0, 0)
  }
}
