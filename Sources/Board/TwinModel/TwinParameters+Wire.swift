import WireFormat

extension TwinParameters {
  public static let formatVersion: UInt16 = 2

  /// The bytes of docs/twin.md.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 256 + 4 * (drift.weights.count + (diffusion?.weights.count ?? 0)))
    out.put(Self.formatVersion)
    out.put(solver.rawValue)
    out.put(noiseShape.rawValue)
    out.put(UInt8(drives))
    out.put(UInt8(observables))
    out.put(UInt8(auxiliaries))
    out.put(UInt8(substeps))
    out.put(UInt16(driveTaps))
    out.put(UInt16(responseTaps))
    out.put(UInt8(noiseSources))
    out.put(UInt8(noisyRows.count))
    out.append(noisyRows)
    out.put(timeStep)
    Self.put(driveOffset, into: &out)
    Self.put(driveScale, into: &out)
    Self.put(responseOffset, into: &out)
    Self.put(responseScale, into: &out)
    Self.put(responseLow, into: &out)
    Self.put(responseHigh, into: &out)
    Self.put(driftScale, into: &out)
    Self.put(residualScale, into: &out)
    Self.put(rates, into: &out)
    Self.put(coupling, into: &out)
    Self.put(injection, into: &out)
    Self.put(observer, into: &out)
    Self.put(diffusionScale, into: &out)
    Self.put(diffusionFloor, into: &out)
    drift.put(into: &out)
    if let diffusion { diffusion.put(into: &out) }
    return out.bytes
  }

  /// Reads the bytes back and checks every size and number.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let solver = TwinSolver(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "solver")
    }
    guard let shape = NoiseShape(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 3, field: "noise shape")
    }
    let drives = Int(try reader.take(UInt8.self))
    let observables = Int(try reader.take(UInt8.self))
    let auxiliaries = Int(try reader.take(UInt8.self))
    let substeps = Int(try reader.take(UInt8.self))
    let driveTaps = Int(try reader.take(UInt16.self))
    let responseTaps = Int(try reader.take(UInt16.self))
    let sources = Int(try reader.take(UInt8.self))
    let rows = Int(try reader.take(UInt8.self))
    let noisyRows = try reader.takeBytes(rows)
    let timeStep = try reader.takeFiniteFloat("time step")
    let driveOffset = try Self.take(drives, .driveOffset, from: &reader)
    let driveScale = try Self.take(drives, .driveScale, from: &reader)
    let responseOffset = try Self.take(observables, .responseOffset, from: &reader)
    let responseScale = try Self.take(observables, .responseScale, from: &reader)
    let low = try Self.take(observables, .responseRange, from: &reader)
    let high = try Self.take(observables, .responseRange, from: &reader)
    let driftScale = try Self.take(observables, .driftScale, from: &reader)
    let residualScale = try Self.take(observables, .residualScale, from: &reader)
    let rates = try Self.take(auxiliaries, .rates, from: &reader)
    let coupling = try Self.take(auxiliaries * observables, .coupling, from: &reader)
    let injection = try Self.take(auxiliaries * observables, .injection, from: &reader)
    let observer = try Self.take(auxiliaries * observables, .observer, from: &reader)
    let diffusionScale = try Self.take(rows, .diffusionScale, from: &reader)
    let diffusionFloor = try Self.take(rows, .diffusionFloor, from: &reader)
    let drift = try Perceptron.take(from: &reader)
    var diffusion: Perceptron?
    if shape != .none { diffusion = try Perceptron.take(from: &reader) }
    try reader.end()
    do throws(TwinFault) {
      try self.init(
        solver: solver, substeps: substeps, timeStep: timeStep, driveTaps: driveTaps, responseTaps: responseTaps,
        driveOffset: driveOffset, driveScale: driveScale, responseOffset: responseOffset,
        responseScale: responseScale, responseLow: low, responseHigh: high, drift: drift, driftScale: driftScale,
        rates: rates, coupling: coupling, injection: injection, observer: observer, noiseShape: shape,
        noiseSources: sources, noisyRows: noisyRows, diffusion: diffusion, diffusionScale: diffusionScale,
        diffusionFloor: diffusionFloor, residualScale: residualScale)
    } catch {
      throw .invalid(offset: 0, field: error.field)
    }
  }

  private static func put(_ values: [Float], into out: inout ByteWriter) {
    for value in values { out.put(value) }
  }

  private static func take(
    _ count: Int, _ part: TwinFault, from reader: inout ByteReader
  ) throws(WireError) -> [Float] {
    guard reader.remaining / 4 >= count else { throw .truncated(offset: reader.offset) }
    var values: [Float] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try reader.takeFiniteFloat(part.field)) }
    return values
  }
}

extension Perceptron {
  func put(into out: inout ByteWriter) {
    out.put(UInt16(inputs))
    out.put(UInt16(outputs))
    out.put(activation.rawValue)
    out.put(UInt8(widths.count))
    for width in widths { out.put(UInt16(width)) }
    out.put(floats: weights)
  }

  static func take(from reader: inout ByteReader) throws(WireError) -> Perceptron {
    let start = reader.offset
    let inputs = Int(try reader.take(UInt16.self))
    let outputs = Int(try reader.take(UInt16.self))
    guard let activation = Activation(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: start + 4, field: "activation")
    }
    let layers = Int(try reader.take(UInt8.self))
    guard layers <= mostLayers else { throw .invalid(offset: start + 5, field: "layers") }
    var widths: [Int] = []
    for _ in 0..<layers { widths.append(Int(try reader.take(UInt16.self))) }
    guard sizesFit(inputs: inputs, widths: widths, outputs: outputs) else {
      throw .invalid(offset: start, field: "layer sizes")
    }
    let weights = try reader.takeFloats("weights")
    guard
      let net = Perceptron(
        inputs: inputs, widths: widths, outputs: outputs, activation: activation, weights: weights)
    else { throw .invalid(offset: start, field: "weights") }
    return net
  }
}
