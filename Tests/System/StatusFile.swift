import Foundation

/// The status page in a board's folder, read as another program would: 32-bit words, little-endian.
struct StatusFile {
  enum Phase: UInt32 { case none, starting, running, ended }

  private let words: [UInt32]

  init(_ state: String) {
    let data = [UInt8]((try? Data(contentsOf: URL(fileURLWithPath: state + "/run/status"))) ?? Data())
    words = stride(from: 0, to: data.count & ~3, by: 4).map { at in
      (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[at + $1]) << UInt32(8 * $1) }
    }
  }

  private func word(_ index: Int) -> UInt32 { words.indices.contains(index) ? words[index] : 0 }
  private func long(_ index: Int) -> UInt64 { UInt64(word(index)) | UInt64(word(index + 1)) << 32 }

  var phase: Phase { Phase(rawValue: word(3)) ?? .none }
  /// Process id of the supervisor.
  var supervisor: Int32 { Int32(bitPattern: word(2)) }
  var steps: UInt64 { long(10) }
  /// Steps that are safe on flash.
  var committed: UInt64 { long(14) }
  /// Moves on with every step of the loop.
  var beat: UInt32 { word(1003) }
  /// Process id of the loop, as the supervisor shows it.
  var loopWord: Int32 { Int32(bitPattern: word(1005)) }
  /// The run's identifier, hexadecimal.
  var run: String {
    (6..<10).map { index in
      (0..<4).map { String(format: "%02x", (word(index) >> UInt32(8 * $0)) & 0xFF) }.joined()
    }.joined()
  }

  /// The loop's process: the supervisor's child.
  var loop: Int32? { Self.children(of: supervisor).first }

  /// Processes whose parent is `parent`.
  static func children(of parent: Int32) -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { id in
      guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
        let close = text.lastIndex(of: ")")
      else { return false }
      let fields = text[text.index(after: close)...].split(separator: " ")
      return fields.count > 1 && fields[0] != "Z" && Int32(fields[1]) == parent
    }
  }

  /// Whether a process is there and no zombie.
  static func isAlive(_ id: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
      let close = text.lastIndex(of: ")")
    else { return false }
    return text[text.index(after: close)...].split(separator: " ").first != "Z"
  }
}
