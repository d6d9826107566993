import SyncProtocol
import WireFormat

/// Prometheus' text exposition format, version 0.0.4: families of samples, each with its help and type once.
struct MetricsText {
  private(set) var text = ""
  private var family = ""

  /// Begins a family: what it counts and how.
  mutating func family(_ name: String, _ type: StaticString, _ help: StaticString) {
    family = "edged_" + name
    text += "# HELP " + family + " " + help.description + "\n"
    text += "# TYPE " + family + " " + type.description + "\n"
  }

  /// A sample of the family.
  ///
  /// - Parameter labels: names and values.
  mutating func sample(_ value: UInt64, _ labels: [(StaticString, String)] = []) { line("", labels, "\(value)") }

  mutating func sample(number value: Float, _ labels: [(StaticString, String)]) {
    line("", labels, Self.decimal(value))
  }

  /// One sample a state, 1 for the one that is.
  mutating func states(_ label: StaticString, _ names: [StaticString], is current: Int) {
    for (index, name) in names.enumerated() { sample(index == current ? 1 : 0, [(label, name.description)]) }
  }

  /// Times as a histogram in seconds. The sum is reckoned from the middles of buckets.
  mutating func histogram(_ name: String, _ help: StaticString, _ times: TimeHistogram) {
    family(name, "histogram", help)
    var below: UInt64 = 0
    var nanoseconds: UInt64 = 0
    for (index, count) in times.buckets.enumerated() {
      below += UInt64(count)
      nanoseconds &+= UInt64(count) &* (3 << UInt64(index)) / 2
      // From a microsecond to eight seconds: the same edges always, so that runs can be compared.
      guard index >= 9, index <= 32 else { continue }
      line("_bucket", [("le", Self.seconds(1 << UInt64(index + 1)))], "\(below)")
    }
    line("_bucket", [("le", "+Inf")], "\(below)")
    line("_sum", [], Self.seconds(nanoseconds))
    line("_count", [], "\(below)")
  }

  private mutating func line(_ suffix: StaticString, _ labels: [(StaticString, String)], _ value: String) {
    text += family + suffix.description
    for (index, label) in labels.enumerated() {
      text += (index == 0 ? "{" : ",") + label.0.description + "=\"" + Self.escaped(label.1) + "\""
    }
    text += (labels.isEmpty ? " " : "} ") + value + "\n"
  }

  private static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5C: bytes += [0x5C, byte]
      case 0x0A: bytes += [0x5C, 0x6E]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nanoseconds as seconds.
  static func seconds(_ nanoseconds: UInt64) -> String {
    "\(nanoseconds / 1_000_000_000)." + padded(nanoseconds % 1_000_000_000, 9)
  }

  /// Six digits after the point; what does not fit is not a number.
  static func decimal(_ value: Float) -> String {
    guard value.magnitude < 1e12 else { return "NaN" }
    let millionths = UInt64(Double(value.magnitude) * 1e6 + 0.5)
    return (value < 0 ? "-" : "") + "\(millionths / 1_000_000)." + padded(millionths % 1_000_000, 6)
  }

  private static func padded(_ number: UInt64, _ digits: Int) -> String {
    var text = "\(number)"
    while text.utf8.count < digits { text = "0" + text }
    return text
  }
}
