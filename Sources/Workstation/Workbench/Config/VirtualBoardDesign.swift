import VirtualBench

/// The numbers a virtual board is laid out with, all in one place but for how each kind of device is coupled, which
/// `DeviceCoupling` says.
public struct VirtualBoardDesign: Equatable, Sendable {
  /// One kind of device on the board.
  public struct Coupling: Equatable, Sendable {
    /// Share of the nodes, relative to the other kinds'.
    public var weight: Int
    public var device: DeviceCoupling
    public var ageing: DeviceAgeing

    public init(weight: Int, device: DeviceCoupling, ageing: DeviceAgeing = .none) {
      self.weight = weight
      self.device = device
      self.ageing = ageing
    }
  }

  /// One control step, microseconds.
  public var stepMicroseconds = 20_000
  /// From the last drive written to the first response read, microseconds.
  public var delayMicroseconds = 2_000
  /// One integration step of the devices, microseconds.
  public var quantumMicroseconds = 5_000
  public var busHertz = 400_000
  /// Relative standard deviation of each unit's hidden parameters.
  public var spread = 0.15
  /// White noise at each reading, volts.
  public var noiseVolts = 0.001
  public var couplings = [
    Coupling(weight: 12, device: .usual(.superparamagnetic)), Coupling(weight: 10, device: .usual(.duffing)),
    Coupling(weight: 10, device: .usual(.leakyIntegrator)),
  ]

  public init() {}

  /// Equal shares of `kinds`, which must not be empty for the usual mixture to be replaced.
  public init(kinds: [BenchDeviceKind], ageing: DeviceAgeing = .none) {
    if !kinds.isEmpty { couplings = kinds.map { Coupling(weight: 1, device: .usual($0), ageing: ageing) } }
  }

  /// The most nodes a board of this design has room for.
  public var largest: Int {
    let readings = couplings.map(\.device.readings.count).max() ?? 1
    return VirtualBoardGenerator.largest / max(readings, 1)
  }

  /// The design for a board of so many nodes: a longer step, in whole quanta, where the bus would not keep up.
  ///
  /// A node's drive takes about 0.11 ms of a 400 kHz bus and each response 0.1 ms, and the slow converters 7 ms whatever
  /// the count.
  func fitted(to nodes: Int) -> VirtualBoardDesign {
    let perNodes = assign(nodes).reduce(0) { $0 + 110 + 100 * $1.device.readings.count }
    let needed = 8_000 + perNodes * 400_000 / max(busHertz, 1)
    var design = self
    if needed > stepMicroseconds {
      let quantum = max(quantumMicroseconds, 1)
      design.stepMicroseconds = (needed + quantum - 1) / quantum * quantum
    }
    return design
  }

  /// The coupling of each of `nodes` nodes, interleaved by weight.
  func assign(_ nodes: Int) -> [Coupling] {
    let total = max(couplings.reduce(0) { $0 + $1.weight }, 1)
    var given = [Int](repeating: 0, count: couplings.count)
    var result: [Coupling] = []
    for position in 1...nodes {
      // The kind that is furthest behind its share comes next.
      var best = 0
      var bestDeficit = Int.min
      for (index, coupling) in couplings.enumerated() {
        let deficit = coupling.weight * position - given[index] * total
        if deficit > bestDeficit { (best, bestDeficit) = (index, deficit) }
      }
      given[best] += 1
      result.append(couplings[best])
    }
    return result
  }
}
