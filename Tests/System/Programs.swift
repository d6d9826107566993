import Foundation
import Testing

/// The programs under test, as the build left them, and a folder of its own for each test.
enum Programs {
  /// The folder the test program itself was built into.
  static let folder: String = {
    var url = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    while url.path != "/" {
      url.deleteLastPathComponent()
      if FileManager.default.isExecutableFile(atPath: url.appendingPathComponent("edged").path) { return url.path }
    }
    return FileManager.default.currentDirectoryPath + "/.build/release"
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

/// What a finished program left.
struct Finished {
  var code: Int32
  var output: String
  var errors: String
}

/// Runs a program to its end.
func execute(
  _ program: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
  input: Data? = nil
) throws -> Finished {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  // Files, not pipes: a child that outlives the program must not keep the test waiting.
  let base = NSTemporaryDirectory() + "edgetwin-\(UUID().uuidString)"
  let names = (base + ".out", base + ".err", base + ".in")
  for name in [names.0, names.1] { FileManager.default.createFile(atPath: name, contents: nil) }
  FileManager.default.createFile(atPath: names.2, contents: input ?? Data())
  defer { for name in [names.0, names.1, names.2] { try? FileManager.default.removeItem(atPath: name) } }
  process.standardOutput = FileHandle(forWritingAtPath: names.0)
  process.standardError = FileHandle(forWritingAtPath: names.1)
  process.standardInput = FileHandle(forReadingAtPath: names.2)
  try process.run()
  process.waitUntilExit()
  let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
  return Finished(
    code: code, output: (try? String(contentsOfFile: names.0, encoding: .utf8)) ?? "",
    errors: (try? String(contentsOfFile: names.1, encoding: .utf8)) ?? "")
}

/// A folder that is there while the closure runs.
func withFolder<T>(_ name: String, _ body: (String) throws -> T) throws -> T {
  let path = NSTemporaryDirectory() + "edgetwin-\(name)-\(UUID().uuidString.prefix(8))"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
