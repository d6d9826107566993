import Foundation
import Testing

/// The other end of sd_notify: what a service tells systemd.
final class NotifySocket: @unchecked Sendable {
  /// For $NOTIFY_SOCKET.
  let name: String
  private let descriptor: Int32
  private let lock = NSLock()
  private var received: [(time: Date, text: String)] = []
  private var ended = false

  /// - Parameter path: nil for an abstract name.
  init(path: String? = nil) throws {
    name = path ?? "@edgetwin-\(UUID().uuidString)"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if path == nil { bytes[0] = 0 }
    try #require(descriptor >= 0 && bytes.count < 108)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(2 + bytes.count + (path == nil ? 0 : 1))
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    try #require(bound == 0)
    Thread.detachNewThread { [self] in listen() }
  }

  private func listen() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      lock.lock()
      if ended || count <= 0 {
        lock.unlock()
        close(descriptor)
        return
      }
      received.append((Date(), String(decoding: buffer[0..<count], as: UTF8.self)))
      lock.unlock()
    }
  }

  /// Stops listening.
  func end() {
    lock.lock()
    ended = true
    lock.unlock()
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Everything that came, in order.
  var texts: [String] { lock.withLock { received.map(\.text) } }

  /// How often this came in the last seconds.
  func count(_ text: String, last seconds: Double) -> Int {
    lock.withLock { received.filter { $0.text == text && -$0.time.timeIntervalSinceNow < seconds }.count }
  }
}
