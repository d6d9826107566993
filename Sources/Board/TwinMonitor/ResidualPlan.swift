import TwinModel
import WireFormat

/// Which nodes are watched, by which twins, and how: the section of a bundle. Bits: docs/runs.md.
public struct ResidualPlan: Equatable, Sendable {
  public static let formatVersion: UInt16 = 1
  public static let mostNodes = 1024
  /// Residuals all windows together may hold.
  public static let mostResiduals = 1 << 22

  /// A watched node and its twin.
  public struct Node: Equatable, Sendable {
    /// Index into the board's nodes.
    public let node: Int
    public let twin: TwinParameters

    public init(node: Int, twin: TwinParameters) {
      self.node = node
      self.twin = twin
    }
  }

  public let settings: ResidualSettings
  /// By ascending node.
  public let nodes: [Node]

  /// Throws what is wrong: a setting out of range, nodes out of order or too many, windows too large together.
  public init(settings: ResidualSettings, nodes: [Node]) throws(WireError) {
    if let fault = settings.firstFault() { throw .invalid(offset: 0, field: fault) }
    guard nodes.count <= Self.mostNodes else { throw .invalid(offset: 0, field: "watched nodes") }
    var last = -1
    var observables = 0
    for node in nodes {
      guard node.node > last, node.node < Self.mostNodes else { throw .invalid(offset: 0, field: "watched node") }
      last = node.node
      observables += node.twin.observables
    }
    guard observables * settings.window <= Self.mostResiduals else { throw .invalid(offset: 7, field: "window") }
    self.settings = settings
    self.nodes = nodes
  }

  public func encoded() -> [UInt8] {
    var out = ByteWriter(reserving: 4096)
    out.put(Self.formatVersion)
    out.put(settings.action.rawValue)
    out.put(settings.threshold)
    out.put(UInt16(settings.window))
    out.put(UInt16(nodes.count))
    for node in nodes {
      out.put(UInt16(node.node))
      out.put(blob: node.twin.encoded())
    }
    return out.bytes
  }

  /// Reads the bytes back and checks every size and number.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = ByteReader(bytes)
    guard try reader.take(UInt16.self) == Self.formatVersion else { throw .invalid(offset: 0, field: "version") }
    guard let action = ResidualAction(rawValue: try reader.take(UInt8.self)) else {
      throw .invalid(offset: 2, field: "residual action")
    }
    let threshold = try reader.takeFiniteFloat("threshold")
    let window = Int(try reader.take(UInt16.self))
    let count = Int(try reader.take(UInt16.self))
    guard count <= Self.mostNodes else { throw .invalid(offset: 9, field: "watched nodes") }
    var nodes: [Node] = []
    for _ in 0..<count {
      let node = Int(try reader.take(UInt16.self))
      nodes.append(Node(node: node, twin: try TwinParameters(decoding: try reader.takeBlob())))
    }
    try reader.end()
    try self.init(
      settings: ResidualSettings(threshold: threshold, window: window, action: action), nodes: nodes)
  }
}
