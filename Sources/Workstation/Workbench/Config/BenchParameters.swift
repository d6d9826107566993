import VirtualBench

/// The hidden parameters of each device kind, by name and with their usual values.
enum BenchParameters {
  static func names(_ kind: BenchDeviceKind) -> [String] { kind.parameterNames.map { "\($0)" } }

  static func defaults(_ kind: BenchDeviceKind) -> [Double] { kind.defaultParameters }
}
