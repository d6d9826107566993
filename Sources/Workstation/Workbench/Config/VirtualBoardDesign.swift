/// The numbers a virtual board is laid out with, all in one place.
public struct VirtualBoardDesign: Equatable, Sendable {
  /// How one kind of device is coupled to the converters.
  public struct Coupling: Equatable, Sendable {
    /// The kind's name in bench files.
    public var kind: String
    /// Share of the nodes, relative to the other kinds'.
    public var weight: Int
    /// Device time that passes in one control step.
    public var timePerStep: Double
    /// The device's input at drive +1.
    public var driveUnits: Double
    /// The device's output that reads as response +1.
    public var responseUnits: Double
    /// Hidden parameters that differ from the kind's usual ones, by name.
    public var parameters: [String: Double] = [:]
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
    Coupling(
      kind: "superparamagnetic", weight: 12, timePerStep: 3, driveUnits: 0.6, responseUnits: 1.2,
      parameters: ["grains": 2000]),
    Coupling(
      kind: "duffing", weight: 10, timePerStep: 0.3, driveUnits: 0.6, responseUnits: 1.8, parameters: ["delta": 0.7]),
    Coupling(
      kind: "leaky_integrator", weight: 10, timePerStep: 0.25, driveUnits: 2, responseUnits: 1.25,
      parameters: ["sigma": 0.07]),
  ]

  public init() {}

  /// The design for a board of so many nodes: a longer step, in whole quanta, where the bus would not keep up.
  ///
  /// A node's drive and response take about 0.2 ms of a 400 kHz bus, and the slow converters 7 ms whatever the count.
  func fitted(to nodes: Int) -> VirtualBoardDesign {
    let needed = 8_000 + 210 * nodes * 400_000 / max(busHertz, 1)
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
