import Foundation

/// The files of a FAT partition inside an image, read and written through mtools, nothing mounted.
package final class BootFiles {
  private let folder: String
  private let image: String
  private let copy: String
  private let list: String
  private let remove: String

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

  /// A file's bytes; nil where there is none. Names are of either case, as FAT takes them.
  package func read(_ path: String) throws(FlashError) -> [UInt8]? {
    let outcome = try run(copy, ["-n", "::/\(path)", "-"])
    if outcome.code != 0, outcome.complaint.contains("not found") { return nil }
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

  /// Writes files over what may be there, and reads them all back. A folder of theirs is made anew, with nothing else in
  /// it; `empty` are folders inside such folders that hold no file.
  package func write(_ files: [CardFile], empty: [String] = []) throws(FlashError) {
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    for side in ["out", "back"] { try scratch.makeFolder(side) }
    for folder in empty { try scratch.makeFolder("out/\(folder)") }
    for file in files {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      if !folder.isEmpty { try scratch.makeFolder("out/\(folder)") }
      try scratch.write("out/\(file.path)", file.bytes)
    }
    func unique(_ names: [String]) -> [String] { Array(Set(names)).sorted() }
    let plain = unique(files.map(\.path).filter { !$0.contains("/") })
    let folders = unique((files.map(\.path) + empty).compactMap { $0.split(separator: "/").first.map(String.init) })
      .filter { !plain.contains($0) }
    for folder in folders {
      try delete(folder)
      try check(try run(copy, ["-s", "\(scratch.path)/out/\(folder)", "::/"]), "\(folder) cannot be written")
      try check(try run(copy, ["-s", "-n", "::/\(folder)", "\(scratch.path)/back/"]), "\(folder) cannot be read back")
    }
    if !plain.isEmpty {
      try check(
        try run(copy, ["-o"] + plain.map { "\(scratch.path)/out/\($0)" } + ["::/"]),
        "\(plain.joined(separator: ", ")) cannot be written")
      try check(
        try run(copy, ["-n"] + plain.map { "::/\($0)" } + ["\(scratch.path)/back/"]),
        "\(plain.joined(separator: ", ")) cannot be read back")
    }
    for file in files {
      guard scratch.contents("back/\(file.path)") == file.bytes else {
        throw FlashError("\(file.path) reads otherwise than it was written: check the disk the copy is on")
      }
    }
  }

  /// Removes a folder with all in it; nothing happens where there is none.
  package func delete(_ name: String) throws(FlashError) {
    let outcome = try run(remove, ["::/\(name)"])
    if outcome.code != 0, outcome.complaint.contains("not found") { return }
    try check(outcome, "\(name) cannot be removed")
  }
}
