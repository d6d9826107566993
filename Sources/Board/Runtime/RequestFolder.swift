import Bundle
import WireFormat

/// The run requests a board keeps: a few, so that a board in the field does not fill up with them.
enum RequestFolder {
  static let kept = 8

  /// Makes room for one more; which of the others go is left open, they can be sent again.
  static func prune(_ state: BoardState) {
    var files = BoardFiles()
    guard let names = try? files.list(state.requestDirectory), names.count >= kept else { return }
    for name in names.dropFirst(kept - 1) { try? files.remove(state.requestDirectory + "/" + name) }
  }
}
