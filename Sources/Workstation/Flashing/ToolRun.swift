import Foundation

/// Other programs, run to their end.
package enum ToolRun {
  /// What a program left behind.
  package struct Outcome {
    package var code: Int32
    package var output: [UInt8]
    /// What it said on standard error, trimmed.
    package var complaint: String
  }

  /// The program's path, on the search path and where system programs are.
  package static func find(_ name: String) -> String? {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/bin:/bin:/usr/sbin:/sbin"
    for folder in path.split(separator: ":") where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
      return "\(folder)/\(name)"
    }
    return nil
  }

  /// The program's path, or an error that names the package to install.
  package static func need(_ name: String, package: String, for purpose: String) throws(FlashError) -> String {
    if let path = find(name) { return path }
    throw FlashError(
      "the program '\(name)' is not here; it \(purpose). On Debian: apt-get install \(package) "
        + "(scripts/install.sh build installs all that is needed)")
  }

  /// Runs a program with nothing on standard input; its output goes through a file, so it may be of any size.
  package static func run(
    _ program: String, _ arguments: [String], folder: String? = nil, environment: [String: String] = [:]
  ) throws(FlashError) -> Outcome {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    let output = try scratch.file("output")
    let errors = try scratch.file("errors")
    process.standardOutput = output
    process.standardError = errors
    do { try process.run() } catch {
      throw FlashError("\(program) cannot be started: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    try? output.close()
    try? errors.close()
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    return Outcome(
      code: code, output: scratch.contents("output"),
      complaint: String(decoding: scratch.contents("errors"), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// A folder of this program's alone, for files other programs read and write; only the owner may look inside.
package final class ScratchFolder {
  package let path: String

  package init() throws(FlashError) {
    let base = FileManager.default.temporaryDirectory.path
    var name = Array("\(base)/edgetwin-flash-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw .system(base, "no folder can be made there", errno, remedy: "make room, or set TMPDIR to another folder")
    }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A new file inside, open for writing.
  func file(_ name: String) throws(FlashError) -> FileHandle {
    let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .system("\(path)/\(name)", "the file cannot be made", errno, remedy: "make room there")
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws(FlashError) {
    let handle = try file(name)
    do {
      try handle.write(contentsOf: Data(bytes))
      try handle.close()
    } catch {
      throw FlashError("\(path)/\(name) cannot be written: \(error.localizedDescription); make room there")
    }
  }

  /// Makes a folder inside, and those above it.
  func makeFolder(_ name: String) throws(FlashError) {
    do {
      try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    } catch {
      throw FlashError("\(path)/\(name) cannot be made: \(error.localizedDescription); make room there")
    }
  }

  func contents(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { [UInt8]($0) } ?? []
  }

  package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
