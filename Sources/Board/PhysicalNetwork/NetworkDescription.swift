import WireFormat

/// What the read-out is for.
public enum NetworkTask: UInt8, Equatable, Sendable {
  /// One decision a sequence: the read-out is averaged over its steps and the largest output wins.
  case classification = 1
  /// One set of outputs a frame, taken at the frame's last step.
  case regression = 2
}

/// A network's parameters: s(t) = W_in u(t) + W x(t-1) + b, y = W_out x + b_out (row-major matrices).
///
/// Drives s and responses x are in the channels' units: -1 to +1 over the described range. Inputs are normalised on the
/// board, u = (raw - offset) * scale, so that live inputs and prepared ones take the same path.
public struct NetworkDescription: Equatable, Sendable {
  public var task: NetworkTask
  /// Control steps a frame of input is held for, at least 1.
  public var hold: UInt16
  /// Control steps at `settleDrive` before each sequence.
  public var settleSteps: UInt16
  /// Drive of every node while settling, -1 to 1.
  public var settleDrive: Float
  /// Frames at a sequence's start that a regression's read-out leaves out.
  public var washoutFrames: UInt32
  /// [inputs]
  public var inputOffset: [Float]
  /// [inputs]
  public var inputScale: [Float]
  /// [nodes, inputs]
  public var inputWeights: [Float]
  /// [nodes, nodes]
  public var recurrentWeights: [Float]
  /// [nodes]
  public var bias: [Float]
  /// [outputs, nodes]
  public var readoutWeights: [Float]
  /// [outputs]
  public var readoutBias: [Float]
  /// Names of the outputs; empty for a regression.
  public var labels: [String]

  public init(
    task: NetworkTask, hold: UInt16, settleSteps: UInt16, settleDrive: Float, washoutFrames: UInt32 = 0,
    inputOffset: [Float], inputScale: [Float], inputWeights: [Float], recurrentWeights: [Float], bias: [Float],
    readoutWeights: [Float], readoutBias: [Float], labels: [String]
  ) {
    self.task = task
    self.hold = hold
    self.settleSteps = settleSteps
    self.settleDrive = settleDrive
    self.washoutFrames = washoutFrames
    self.inputOffset = inputOffset
    self.inputScale = inputScale
    self.inputWeights = inputWeights
    self.recurrentWeights = recurrentWeights
    self.bias = bias
    self.readoutWeights = readoutWeights
    self.readoutBias = readoutBias
    self.labels = labels
  }

  public var inputCount: Int { inputOffset.count }
  public var nodeCount: Int { bias.count }
  public var outputCount: Int { readoutBias.count }

  /// The first rule the parameters break, or nil.
  public func firstFault() -> StaticName? {
    let limit = BoardDescription.largest
    guard hold >= 1 else { return "hold" }
    guard settleDrive >= -1, settleDrive <= 1 else { return "settle drive" }
    guard inputCount <= limit, nodeCount >= 1, nodeCount <= limit, outputCount >= 1, outputCount <= limit else {
      return "network size"
    }
    guard inputScale.count == inputCount else { return "input scale" }
    guard inputWeights.count == nodeCount * inputCount else { return "input weights" }
    guard recurrentWeights.count == nodeCount * nodeCount else { return "recurrent weights" }
    guard readoutWeights.count == outputCount * nodeCount else { return "readout weights" }
    guard labels.count == (task == .classification ? outputCount : 0) else { return "labels" }
    return nil
  }

  public static let formatVersion: UInt16 = 1

  /// The bytes of docs/bundle.md, section 2.
  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 8192)
    out.put(Self.formatVersion)
    out.put(task.rawValue)
    out.put(hold)
    out.put(settleSteps)
    out.put(settleDrive)
    out.put(washoutFrames)
    for list in [
      inputOffset, inputScale, inputWeights, recurrentWeights, bias, readoutWeights, readoutBias,
    ] {
      out.put(floats: list)
    }
    out.put(UInt16(labels.count))
    for label in labels { out.put(string: label) }
    return out.bytes
  }

  /// Reads the bytes back and checks every size.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let task = NetworkTask(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "task")
    }
    let hold = try reader.take(UInt16.self)
    let settleSteps = try reader.take(UInt16.self)
    let settleDrive = try reader.takeFiniteFloat("settle drive")
    let washout = try reader.take(UInt32.self)
    let inputOffset = try reader.takeFloats("input offset")
    let inputScale = try reader.takeFloats("input scale")
    let inputWeights = try reader.takeFloats("input weights")
    let recurrentWeights = try reader.takeFloats("recurrent weights")
    let bias = try reader.takeFloats("bias")
    let readoutWeights = try reader.takeFloats("readout weights")
    let readoutBias = try reader.takeFloats("readout bias")
    var labels: [String] = []
    for _ in 0..<(try reader.take(UInt16.self)) { labels.append(try reader.takeString()) }
    try reader.end()
    self.init(
      task: task, hold: hold, settleSteps: settleSteps, settleDrive: settleDrive, washoutFrames: washout,
      inputOffset: inputOffset, inputScale: inputScale, inputWeights: inputWeights,
      recurrentWeights: recurrentWeights, bias: bias, readoutWeights: readoutWeights, readoutBias: readoutBias,
      labels: labels)
    if let fault = firstFault() { throw .invalid(offset: reader.offset, field: fault) }
  }
}
