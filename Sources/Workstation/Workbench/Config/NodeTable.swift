import PhysicalNetwork

/// The `[[node]]` and `[[input]]` tables of a board file.
struct NodeTable {
  /// The most channels one node may be read by: the observables of the widest twin.
  static let mostResponses = 64

  private(set) var names = NameTable("node")
  private(set) var nodes: [NodeDescription] = []
  private(set) var drives: [DriveChannel] = []
  private(set) var responses: [ReadChannel] = []
  private(set) var inputs: [ReadChannel] = []

  /// Reads every node and input of the file.
  init(_ root: ConfigTable, _ channels: inout ChannelReader) throws(ConfigError) {
    for table in try root.tables("node", maximum: BoardDescription.largest) { try add(table, &channels) }
    guard !nodes.isEmpty else {
      throw root.error(.missingKey, "node", "the board has no nodes", "Nothing would run on it", "Add a [[node]]")
    }
    for (index, table) in try root.tables("input", maximum: BoardDescription.largest).enumerated() {
      inputs.append(try channels.response(table, owner: "input \(index + 1)"))
    }
  }

  private mutating func add(_ table: ConfigTable, _ channels: inout ChannelReader) throws(ConfigError) {
    let node = try names.add(table)
    guard ProjectFile.isPlain(node) else {
      throw table.error(
        .outOfRange, "name", "'\(node)' cannot name a file", "A node's twin stands in a file of its name",
        "Use letters, digits, '-', '_' and '.', not first a '.'")
    }
    let index = UInt16(nodes.count)
    drives.append(try channels.drive(try table.table("drive"), owner: "node '\(node)'"))
    let firstResponse = UInt16(responses.count)
    for response in try table.tables(
      "response", or: "responses", maximum: Self.mostResponses, of: "A node has 1 to \(Self.mostResponses) responses")
    {
      responses.append(try channels.response(response, owner: "node '\(node)'"))
    }
    nodes.append(
      NodeDescription(
        name: node, device: try table.string("device", default: "unknown"), firstDrive: index,
        firstResponse: firstResponse, responseCount: UInt8(responses.count - Int(firstResponse))))
    try table.finish()
  }
}
