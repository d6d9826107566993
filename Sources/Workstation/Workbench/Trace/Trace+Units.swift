import PhysicalNetwork

/// One node's recording in the channels' units: -1 to +1 over the described range.
public struct NodeTrace: Equatable, Sendable {
  /// [steps, drive channels of the node]
  public var drive: [Float]
  public var driveChannels: Int
  /// [steps, response channels of the node]
  public var response: [Float]
  public var responseChannels: Int

  public init(drive: [Float], driveChannels: Int, response: [Float], responseChannels: Int) {
    self.drive = drive
    self.driveChannels = driveChannels
    self.response = response
    self.responseChannels = responseChannels
  }
}

extension Trace {
  /// Throws unless the samples have the channels of `board`.
  public func check(against board: BoardDescription) throws(TraceError) {
    let expected = board.drives.count + board.responses.count + board.inputs.count
    guard steps == 0 || channels == expected else {
      throw TraceError(
        .shape, path: "run \(run)", what: "a step has \(channels) channels, board '\(board.name)' \(expected)",
        why: "The run was recorded under another board description",
        remedy: "Use the description the run's start record holds")
    }
  }

  /// The codes of one channel, [steps].
  public func codes(channel: Int) -> [UInt16] {
    guard channel >= 0, channel < channels else { return [] }
    return (0..<steps).map { codes[$0 * channels + channel] }
  }

  /// The drive of one drive channel, [steps].
  public func drive(channel: Int, _ board: BoardDescription) throws(TraceError) -> [Float] {
    try check(against: board)
    guard board.drives.indices.contains(channel) else { return [] }
    return codes(channel: channel).map { board.drives[channel].drive(of: $0) }
  }

  /// The response of one response channel, [steps].
  public func response(channel: Int, _ board: BoardDescription) throws(TraceError) -> [Float] {
    try check(against: board)
    guard board.responses.indices.contains(channel) else { return [] }
    return codes(channel: board.drives.count + channel).map { board.responses[channel].value(of: $0) }
  }

  /// Drive and response of one node.
  public func node(_ index: Int, _ board: BoardDescription) throws(TraceError) -> NodeTrace {
    try check(against: board)
    guard board.nodes.indices.contains(index) else {
      throw TraceError(
        .shape, path: "run \(run)", what: "there is no node \(index)", why: "The board has \(board.nodes.count)",
        remedy: "Count nodes from 0")
    }
    let node = board.nodes[index]
    let drives = Int(node.firstDrive)..<(Int(node.firstDrive) + Int(node.driveCount))
    let responses = Int(node.firstResponse)..<(Int(node.firstResponse) + Int(node.responseCount))
    var trace = NodeTrace(drive: [], driveChannels: drives.count, response: [], responseChannels: responses.count)
    trace.drive.reserveCapacity(steps * drives.count)
    trace.response.reserveCapacity(steps * responses.count)
    for row in 0..<steps {
      let base = row * channels
      for channel in drives { trace.drive.append(board.drives[channel].drive(of: codes[base + channel])) }
      for channel in responses {
        trace.response.append(board.responses[channel].value(of: codes[base + board.drives.count + channel]))
      }
    }
    return trace
  }
}
