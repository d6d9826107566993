/// Readings at a rail of the converter.
struct RailedReadings {
  /// For each sample of the trace, whether a reading that is left out for it is at a rail.
  var samples: [Bool]
  var low = 0
  var high = 0
  /// Samples with a reading at a rail, beyond chance or not.
  var count = 0
  /// Whether a rail has more readings than the codes next to it lead one to expect.
  var beyondChance = false

  /// - Parameter usable: samples in segments, finite.
  init(_ trace: DeviceTrace, usable: [Bool], rail: Float) {
    samples = [Bool](repeating: false, count: trace.samples)
    var any = samples
    for observable in 0..<trace.responseCount {
      for side in [Float(-1), 1] {
        var railed: [Int] = []
        var near = 0
        for sample in usable.indices where usable[sample] {
          let value = trace.response(sample, observable) * side
          if value >= rail { railed.append(sample) } else if value >= rail - 0.02 { near += 1 }
        }
        guard !railed.isEmpty else { continue }
        for sample in railed { any[sample] = true }
        if side > 0 { high += railed.count } else { low += railed.count }
        // The rail's code is 0.0005 wide, the band beside it forty times that; a device that only comes near has no
        // more there than in as narrow a part of the band, give or take.
        let expected = Double(near) / 40 * 2
        guard Double(railed.count) > expected + 4 * (expected + 1).squareRoot() else { continue }
        beyondChance = true
        for sample in railed { samples[sample] = true }
      }
    }
    count = any.reduce(0) { $0 + ($1 ? 1 : 0) }
  }
}
