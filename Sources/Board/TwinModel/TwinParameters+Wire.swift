import WireFormat

extension TwinParameters {
  public static let formatVersion: UInt16 = 1

  /// Version, solver, taps, ten floats in the order of `init`, then each perceptron: layers, widths, weights.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 64 + 4 * (drift.weights.count + diffusion.weights.count))
    out.put(Self.formatVersion)
    out.put(solver.rawValue)
    out.put(UInt8(driveTaps))
    out.put(UInt8(responseTaps))
    out.put(timeStep)
    out.put(driveOffset)
    out.put(driveScale)
    out.put(responseOffset)
    out.put(responseScale)
    out.put(driftScale)
    out.put(diffusionScale)
    out.put(diffusionFloor)
    out.put(responseLow)
    out.put(responseHigh)
    Self.put(drift, into: &out)
    Self.put(diffusion, into: &out)
    return out.bytes
  }

  /// Reads the bytes back and checks every size.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let solver = TwinSolver(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "solver")
    }
    let driveTaps = Int(try reader.take(UInt8.self))
    let responseTaps = Int(try reader.take(UInt8.self))
    guard driveTaps + responseTaps <= Self.mostTaps else { throw .invalid(offset: 3, field: "taps") }
    let timeStep = try reader.takeFiniteFloat("time step")
    let driveOffset = try reader.takeFiniteFloat("drive offset")
    let driveScale = try reader.takeFiniteFloat("drive scale")
    let responseOffset = try reader.takeFiniteFloat("response offset")
    let responseScale = try reader.takeFiniteFloat("response scale")
    let driftScale = try reader.takeFiniteFloat("drift scale")
    let diffusionScale = try reader.takeFiniteFloat("diffusion scale")
    let diffusionFloor = try reader.takeFiniteFloat("diffusion floor")
    let low = try reader.takeFiniteFloat("response low")
    let high = try reader.takeFiniteFloat("response high")
    let drift = try Self.takePerceptron(from: &reader, inputs: driveTaps + responseTaps)
    let diffusion = try Self.takePerceptron(from: &reader, inputs: driveTaps + responseTaps)
    try reader.end()
    guard
      let twin = TwinParameters(
        solver: solver, driveTaps: driveTaps, responseTaps: responseTaps, timeStep: timeStep, driveOffset: driveOffset,
        driveScale: driveScale, responseOffset: responseOffset, responseScale: responseScale, drift: drift,
        driftScale: driftScale, diffusion: diffusion, diffusionScale: diffusionScale, diffusionFloor: diffusionFloor,
        responseLow: low, responseHigh: high)
    else { throw .invalid(offset: 5, field: "twin") }
    self = twin
  }

  private static func put(_ net: Perceptron, into out: inout ByteWriter) {
    out.put(UInt8(net.widths.count))
    for width in net.widths { out.put(UInt16(width)) }
    out.put(floats: net.weights)
  }

  private static func takePerceptron(from reader: inout ByteReader, inputs: Int) throws(WireError) -> Perceptron {
    let start = reader.offset
    let layers = Int(try reader.take(UInt8.self))
    guard layers <= Perceptron.mostLayers else { throw .invalid(offset: start, field: "layers") }
    var widths: [Int] = []
    for _ in 0..<layers { widths.append(Int(try reader.take(UInt16.self))) }
    let weights = try reader.takeFloats("weights")
    guard let net = Perceptron(inputs: inputs, widths: widths, weights: weights) else {
      throw .invalid(offset: start, field: "perceptron")
    }
    return net
  }
}
