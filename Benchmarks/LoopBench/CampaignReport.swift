import VirtualBench

/// The whole campaign: every kind of fault at every transaction, in numbers.
public enum CampaignReport {
  /// Every case there is: over set-up, a run with its slack, and the safe values; with and without a chip that is out.
  ///
  /// - Parameter stride: every so-manieth transaction only.
  public static func cases(stride: Int) throws -> [CampaignCase] {
    var cases: [CampaignCase] = []
    for chipOut in [false, true] {
      let marks = try Campaign.marks(chipOut: chipOut)
      for kind in (1...BusFaultKind.count).compactMap({ BusFaultKind(rawValue: $0) }) {
        for length in kind == .deviceReset ? [1] : [1, 4, Int.max] {
          var first = chipOut ? marks.setUp : 0
          while first < marks.end {
            let numbers = kind == .systemError && length == 1 ? Campaign.systemErrors.map(\.errno) : [121]
            // One number after the other, so that each meets every part of a run.
            cases.append(
              CampaignCase(
                kind: kind, first: first, length: length, errno: numbers[first % numbers.count], chipOut: chipOut))
            first += stride
          }
        }
      }
    }
    return cases
  }

  static func run(stride: Int) throws {
    let marks = [try Campaign.marks(chipOut: false), try Campaign.marks(chipOut: true)]
    print("transactions: set-up \(marks[0].setUp), run to \(marks[0].run), safe values to \(marks[0].end)")
    let cases = try cases(stride: stride)
    var (survived, missed) = (0, 0)
    var hit: [BusFaultKind: Int] = [:]
    for item in cases {
      let result = try Campaign.run(item, marks: marks[item.chipOut ? 1 : 0])
      missed += result.missedSafeValues
      if result.hits > 0 { hit[item.kind, default: 0] += 1 }
      if result.broken.isEmpty { survived += 1 } else { print("\(item): \(result.broken)") }
    }
    for (kind, count) in hit.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { print("\(kind): \(count) hit") }
    print(
      "{\"cases\": \(cases.count), \"survived\": \(survived), \"kinds\": \(hit.count), \"missed_safe_values\": \(missed)}"
    )
  }
}
