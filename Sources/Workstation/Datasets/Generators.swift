/// Counter-based uniform numbers for the generators (SplitMix64; Steele, Lea & Flood 2014).
package struct UniformSource {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// Uniform in [0, 1).
  package mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}

/// Tasks made from equations.
public enum Generators {
  /// NARMA-10: u uniform in [0, 0.5];
  /// y(t+1) = 0.3 y(t) + 0.05 y(t) (y(t) + … + y(t-9)) + 1.5 u(t-9) u(t) + 0.1 (Atiya & Parlos 2000).
  ///
  /// Channel 0 is u(t), channel 1 the target y(t+1). The first 200 steps are left out. A rare draw that runs away is
  /// drawn again from the next seed, so the result is always bounded. Throws `tooShort` for fewer than 1 frame.
  public static func narma10(frames: Int, seed: UInt64) throws(DatasetError) -> Series {
    try require(frames, "NARMA-10")
    var attempt = seed
    while true {
      if let values = narma10Values(frames: frames, seed: attempt) {
        return Series(file: "NARMA-10 (seed \(seed))", names: ["u", "y"], values: values, frames: frames)
      }
      attempt = attempt &+ 0x632B_E59B_D9B4_E019
    }
  }

  private static func narma10Values(frames: Int, seed: UInt64) -> [Float]? {
    var source = UniformSource(seed: seed)
    var inputs = [Double](repeating: 0, count: 10)
    var outputs = [Double](repeating: 0, count: 10)
    var values: [Float] = []
    values.reserveCapacity(frames * 2)
    for step in 0..<(frames + 200) {
      let slot = step % 10
      inputs[slot] = 0.5 * source.next()
      let y = outputs[(step + 9) % 10]
      let oldest = inputs[(step + 1) % 10]
      let next = 0.3 * y + 0.05 * y * outputs.reduce(0, +) + 1.5 * oldest * inputs[slot] + 0.1
      guard next < 2 else { return nil }
      outputs[slot] = next
      if step >= 200 {
        values.append(Float(inputs[slot]))
        values.append(Float(next))
      }
    }
    return values
  }

  /// Mackey-Glass: x' = 0.2 x(t-tau) / (1 + x(t-tau)^10) - 0.1 x, sampled once a time unit (Mackey & Glass 1977).
  ///
  /// Fourth-order Runge-Kutta with steps of 0.1 and the delayed value interpolated; the first 1000 units are left out.
  /// tau = 17 is mildly chaotic. The seed sets the history. Throws `tooShort` for fewer than 1 frame.
  public static func mackeyGlass(frames: Int, seed: UInt64, tau: Int = 17) throws(DatasetError) -> Series {
    try require(frames, "Mackey-Glass")
    let perUnit = 10
    let step = 0.1
    let delay = max(tau, 1) * perUnit
    var source = UniformSource(seed: seed)
    var history = (0...delay).map { _ in 1.2 + 0.2 * (source.next() - 0.5) }
    var values: [Float] = []
    values.reserveCapacity(frames)
    var head = delay
    func slope(_ x: Double, _ delayed: Double) -> Double {
      var power = delayed * delayed
      power = power * power * delayed
      return 0.2 * delayed / (1 + power * power) - 0.1 * x
    }
    for tick in 0..<((frames + 1000) * perUnit) {
      let x = history[head]
      let oldest = (head + 1) % (delay + 1)
      let early = history[oldest]
      let late = history[(oldest + 1) % (delay + 1)]
      let middle = 0.5 * (early + late)
      let k1 = slope(x, early)
      let k2 = slope(x + 0.5 * step * k1, middle)
      let k3 = slope(x + 0.5 * step * k2, middle)
      let k4 = slope(x + step * k3, late)
      head = oldest
      history[head] = x + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
      if tick >= 1000 * perUnit, tick % perUnit == perUnit - 1 { values.append(Float(history[head])) }
    }
    return Series(file: "Mackey-Glass (tau \(tau), seed \(seed))", names: ["x"], values: values, frames: frames)
  }

  private static func require(_ frames: Int, _ name: String) throws(DatasetError) {
    guard frames >= 1 else {
      throw DatasetError(
        .tooShort, file: name, what: "\(frames) frames are asked for", why: "A series needs at least one frame",
        remedy: "Ask for more frames")
    }
  }
}
