/// The lines a board's boot configuration must have for its buses and its watchdog (`boot-config.txt`).
public struct BootFragment: Equatable, Sendable {
  public static let fileName = "boot-config.txt"

  /// `key=value` lines in order, comments left out; `dtparam=a=1,b=2` gives `a` and `b`.
  public private(set) var settings: [(key: String, value: String)] = []

  public static func == (left: Self, right: Self) -> Bool {
    left.settings.map { $0.key + "=" + $0.value } == right.settings.map { $0.key + "=" + $0.value }
  }

  public init(_ text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.drop { $0 == " " || $0 == "\t" }
      guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { continue }
      let key = String(line[..<equals])
      let value = line[line.index(after: equals)...]
      if key == "dtparam" {
        for part in value.split(separator: ",") {
          let pair = part.split(separator: "=", maxSplits: 1)
          settings.append((String(pair.first ?? ""), pair.count > 1 ? String(pair[1]) : "on"))
        }
      } else {
        settings.append((key, String(value)))
      }
    }
  }

  public func value(_ key: String) -> String? { settings.last { $0.key == key }?.value }

  /// The clock this gives a bus, hertz; nil where it leaves the bus off or does not tell.
  public func clock(of device: String, bootFile: String) -> Int? {
    if bootFile == "config.txt" {
      guard device == "/dev/i2c-1", value("i2c_arm") == "on" else { return nil }
      return Int(value("i2c_arm_baudrate") ?? "100000")
    }
    let name = "BB-I2C" + device.dropFirst("/dev/i2c-".count)
    for (key, file) in settings where key.hasPrefix("uboot_overlay_addr") {
      let file = file.split(separator: "/").last ?? ""
      if file.hasPrefix(name + "-FAST-") { return 400_000 }
      if file.hasPrefix(name + "-") { return 100_000 }
    }
    return nil
  }
}
