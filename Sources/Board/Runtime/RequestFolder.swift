import CBoard

/// The run requests a board keeps: the newest few, so that a board in the field does not fill up with them.
enum RequestFolder {
  static let kept = 8

  /// Makes room for one more, removing requests in the order of their names once there are too many.
  static func prune(_ state: BoardState) {
    var directory: UnsafeMutableRawPointer?
    guard cboard_directory_open(state.requestDirectory, &directory) == 0 else { return }
    var names: [[CChar]] = []
    var name = [CChar](repeating: 0, count: 128)
    while cboard_directory_next(directory, &name, name.count) == 1 { names.append(name) }
    cboard_directory_close(directory)
    var excess = names.count - kept + 1
    for name in names where excess > 0 {
      let text = name.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return "" }
        return String(cString: base)
      }
      _ = cboard_unlink(state.requestDirectory + "/" + text)
      excess -= 1
    }
  }
}
