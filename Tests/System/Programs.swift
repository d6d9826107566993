import Foundation
import Testing

/// The programs under test, as the build left them, and a folder of its own for each test.
enum Programs {
  /// EDGETWIN_BIN, or the folder the test program itself was built into.
  static let folder: String = {
    if let given = ProcessInfo.processInfo.environment["EDGETWIN_BIN"], !given.isEmpty { return given }
    var url = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    while url.path != "/" {
      url.deleteLastPathComponent()
      if FileManager.default.isExecutableFile(atPath: url.appendingPathComponent("edged").path) { return url.path }
    }
    return root + "/.build/release"
  }()

  static var edged: String { folder + "/edged" }
  static var edgesync: String { folder + "/edgesync" }

  /// The top of the checkout.
  static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { url.deleteLastPathComponent() }
    return url.path
  }()
}

/// A folder that is there while the closure runs.
func withFolder<T>(_ name: String, _ body: (String) throws -> T) throws -> T {
  let path = NSTemporaryDirectory() + "edgetwin-\(name)-\(UUID().uuidString.prefix(8))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
