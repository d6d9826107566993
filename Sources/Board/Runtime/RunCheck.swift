import PhysicalNetwork
import WireFormat

/// What must hold between board, network and request before the first step.
enum RunCheck {
  /// Throws with what is wrong and what to do.
  static func check(
    _ request: RunRequest, board: BoardDescription, network: NetworkDescription?
  ) throws(CommandError) {
    switch request.mode {
    case .characterise:
      guard Int(request.driveCount) == board.drives.count else {
        throw refuse(
          "the request drives \(request.driveCount) channels, this board has \(board.drives.count): "
            + "make the request again from the board's present description")
      }
      for (number, block) in request.blocks.enumerated() { try check(block, number, board) }
    case .evaluate:
      let network = try present(network)
      guard Int(request.inputCount) == network.inputCount else {
        throw refuse(
          "the request has \(request.inputCount) input channels, the network takes \(network.inputCount): "
            + "evaluate it on data of the kind it was trained with")
      }
      try check(network, board)
    case .live:
      let network = try present(network)
      guard network.inputCount == board.inputs.count else {
        throw refuse(
          "the network takes \(network.inputCount) inputs, the board describes \(board.inputs.count): "
            + "add the missing [[input]] entries to board.toml, or train for the inputs there are")
      }
      try check(network, board)
    }
  }

  private static func refuse(_ text: String) -> CommandError { CommandError(CommandError.Code.failed, text) }

  private static func present(_ network: NetworkDescription?) throws(CommandError) -> NetworkDescription {
    guard let network else {
      throw refuse("the active bundle holds no network: train one and push it before running it")
    }
    return network
  }

  private static func check(_ network: NetworkDescription, _ board: BoardDescription) throws(CommandError) {
    guard network.nodeCount == board.nodes.count else {
      throw refuse(
        "the network has \(network.nodeCount) nodes, the board \(board.nodes.count): train for this board")
    }
    for node in board.nodes where node.driveCount != 1 || node.responseCount != 1 {
      throw refuse("node \(node.name) has several drives or responses, which a network cannot use yet")
    }
  }

  private static func check(_ block: DriveBlock, _ number: Int, _ board: BoardDescription) throws(CommandError) {
    let width = board.drives.count
    for step in 0..<Int(block.steps) {
      for channel in 0..<width {
        let code = block.codes[step * width + channel]
        let drive = board.drives[channel]
        guard code >= min(drive.lowCode, drive.highCode), code <= max(drive.lowCode, drive.highCode) else {
          throw refuse(
            "block \(number), step \(step): code \(code) on drive channel \(channel) is outside "
              + "\(drive.lowCode)...\(drive.highCode), the node's range: nothing was driven")
        }
      }
    }
  }
}
