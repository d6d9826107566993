import Foundation

/// Small data sets made for a test.
enum SampleFiles {
  /// A `.ts` file of two channels and two classes that are easily told apart: another sign in each channel.
  static func twoClasses(_ path: String, cases: Int = 12, seed: UInt64, labels: [String] = ["a", "b"]) throws {
    var dice = Dice(seed: seed)
    var text = header(labels)
    for number in 0..<cases {
      let sign = number % 2 == 0 ? 1.0 : -1.0
      let length = 8 + number % 4
      let first = (0..<length).map { 0.8 * sign * sin(Double($0) * 0.6) + 0.05 * dice.unit() }
      let second = (0..<length).map { _ in 0.5 * sign + 0.05 * dice.unit() }
      let lists = [first, second].map { $0.map { String(format: "%.4f", $0) }.joined(separator: ",") }
      text += lists.joined(separator: ":") + ":" + labels[number % 2] + "\n"
    }
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  static func header(_ labels: [String]) -> String {
    """
    @problemName two
    @timeStamps false
    @missing false
    @univariate false
    @dimensions 2
    @equalLength false
    @classLabel true \(labels.joined(separator: " "))
    @data

    """
  }
}

/// A small seeded generator: a failing case is replayed from the seed the test prints.
struct Dice: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(limit, 1))) }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
  /// From -1 to 1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 52) - 1 }

  /// A seed of its own for each time a test runs, or the one given for a replay; printed.
  static func seed(_ test: String) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["EDGETWIN_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0..<1_000_000)
    print("\(test): EDGETWIN_SEED=\(seed)")
    return seed
  }
}
