import Foundation

/// The files of a FAT partition inside an image, read and written through mtools, nothing mounted.
package final class BootFiles {
  private let folder: String
  private let image: String
  private let copy: String
  private let list: String
  private let remove: String
  private let makeFolder: String

  /// - Parameters:
  ///   - path: the image; its own name must hold no '@', which mtools takes for the offset's mark.
  ///   - offset: where the partition begins, in bytes.
  package init(path: String, offset: UInt64) throws(FlashError) {
    let url = URL(fileURLWithPath: path)
    folder = url.deletingLastPathComponent().path
    image = "\(url.lastPathComponent)@@\(offset)"
    func tool(_ name: String) throws(FlashError) -> String {
      try ToolRun.need(name, package: "mtools", for: "edits the image's boot partition without mounting it")
    }
    copy = try tool("mcopy")
    list = try tool("mdir")
    remove = try tool("mdeltree")
    makeFolder = try tool("mmd")
  }

  private func run(_ program: String, _ arguments: [String]) throws(FlashError) -> ToolRun.Outcome {
    // The check mtools does refuses geometries that card images have and nothing minds.
    try ToolRun.run(
      program, ["-i", image] + arguments, folder: folder,
      environment: ["MTOOLS_SKIP_CHECK": "1", "MTOOLSRC": "/dev/null", "LC_ALL": "C.UTF-8"])
  }

  private func check(_ outcome: ToolRun.Outcome, _ what: String) throws(FlashError) {
    guard outcome.code != 0 else { return }
    if outcome.complaint.lowercased().contains("disk full") {
      throw FlashError("the image's boot partition is full: \(what); give fewer or smaller packages")
    }
    throw FlashError("the image's boot partition: \(what): \(outcome.complaint)")
  }

  /// Names of the files in a folder of the partition, "" for its root; folders end in "/".
  package func names(in folder: String = "") throws(FlashError) -> [String] {
    let outcome = try run(list, ["-b", "::/\(folder)"])
    if outcome.code != 0, outcome.complaint.contains("not found") { return [] }
    try check(outcome, "its files cannot be listed")
    return String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").compactMap { line in
      let path = line.trimmingCharacters(in: .whitespaces)
      guard path.hasPrefix("::/") else { return nil }
      let isFolder = path.hasSuffix("/")
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      return name.isEmpty || name == "::" ? nil : name + (isFolder ? "/" : "")
    }
  }

  /// Free bytes.
  package func free() throws(FlashError) -> UInt64 {
    let outcome = try run(list, ["::/"])
    try check(outcome, "its files cannot be listed")
    let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
    guard let line = lines.last(where: { $0.contains("bytes free") }),
      let free = UInt64(String(line.filter(\.isNumber)))
    else { throw FlashError("the image's boot partition: mdir does not say how much is free") }
    return free
  }

  /// A file's bytes; nil where there is none.
  package func read(_ path: String) throws(FlashError) -> [UInt8]? {
    let parts = path.split(separator: "/").map(String.init)
    let names = try names(in: parts.dropLast().joined(separator: "/"))
    guard let last = parts.last, let name = names.first(where: { $0.lowercased() == last.lowercased() }) else {
      return nil
    }
    let full = (parts.dropLast() + [name]).joined(separator: "/")
    let outcome = try run(copy, ["-n", "::/\(full)", "-"])
    try check(outcome, "\(path) cannot be read")
    return outcome.output
  }

  /// A file's text; nil where there is none. Bytes that are no UTF-8 are an error: it is to be edited and written back.
  package func text(_ path: String) throws(FlashError) -> String? {
    guard let bytes = try read(path) else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FlashError("the image's boot partition: \(path) is no UTF-8 text, so it cannot be edited; is it damaged?")
    }
    return text
  }

  /// Writes a file over what may be there.
  package func write(_ path: String, _ bytes: [UInt8]) throws(FlashError) {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    try scratch.write("file", bytes)
    try check(try run(copy, ["-o", "\(scratch.path)/file", "::/\(path)"]), "\(path) cannot be written")
  }

  /// Makes an empty folder in place of what may be there.
  package func renew(folder name: String) throws(FlashError) {
    try delete(name)
    try check(try run(makeFolder, ["::/\(name)"]), "the folder \(name) cannot be made")
  }

  /// Makes a folder inside one that is there.
  package func make(folder name: String) throws(FlashError) {
    try check(try run(makeFolder, ["::/\(name)"]), "the folder \(name) cannot be made")
  }

  /// Removes a file or a folder with all in it; nothing happens where there is none.
  package func delete(_ path: String) throws(FlashError) {
    let parts = path.split(separator: "/").map(String.init)
    let names = try names(in: parts.dropLast().joined(separator: "/"))
    guard let last = parts.last, names.contains(where: { $0 == last || $0 == last + "/" }) else { return }
    try check(try run(remove, ["::/\(path)"]), "\(path) cannot be removed")
  }
}
