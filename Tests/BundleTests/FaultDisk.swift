import Bundle

/// Files in memory that know what a power cut may take: everything not synchronised. Stops at its `limit`-th operation.
final class FaultDisk: FileSystem {
  private struct File {
    var contents: [UInt8] = []
    var safe: [UInt8] = []
  }

  /// What of the changes not yet certain is there after the cut.
  enum Fate: CaseIterable { case nothing, everything, random }

  private var files: [Int: File] = [:]
  private var names: [String: Int] = [:]
  private var safeNames: [String: Int] = [:]
  private var nextFile = 0
  var operations = 0
  var limit = Int.max
  /// Whether the operation at the limit is half done, rather than failing before it does anything.
  var halfDone = false

  private func step() throws(FileError) -> Bool {
    operations += 1
    if operations < limit { return true }
    if operations == limit && halfDone { return true }
    throw .io(5)
  }

  private func finish() throws(FileError) {
    if operations >= limit { throw .io(5) }
  }

  /// The power is back.
  func cut(_ fate: Fate, _ dice: inout Dice) {
    for (number, file) in files where file.contents != file.safe {
      let kept = fate == .everything || (fate == .random && dice.below(2) == 0)
      files[number]?.contents = kept ? file.contents : file.safe
      if fate == .random, !kept, dice.below(2) == 0 {
        files[number]?.contents = Array(file.contents.prefix(dice.below(file.contents.count + 1)))
      }
      let now = files[number]?.contents ?? []
      files[number]?.safe = now
    }
    switch fate {
    case .nothing: names = safeNames
    case .everything: break
    case .random: if dice.below(2) == 0 { names = safeNames }
    }
    safeNames = names
    operations = 0
    limit = .max
  }

  func damage(_ path: String) {
    guard let number = names[path], let size = files[number]?.contents.count, size > 0 else { return }
    files[number]?.contents[size / 2] ^= 1
  }

  func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
    guard let number = names[path], let file = files[number] else { throw .notFound }
    guard file.contents.count <= maximum else { throw .tooLarge }
    return file.contents
  }

  func size(_ path: String) throws(FileError) -> UInt64 {
    guard let number = names[path], let file = files[number] else { throw .notFound }
    return UInt64(file.contents.count)
  }

  func create(_ path: String) throws(FileError) {
    _ = try step()
    if let number = names[path] {
      files[number]?.contents = []
    } else {
      nextFile += 1
      files[nextFile] = File()
      names[path] = nextFile
    }
    try finish()
  }

  func write(_ path: String, _ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    _ = try step()
    guard let number = names[path], var file = files[number] else { throw .notFound }
    let written = operations >= limit ? Array(bytes.prefix(bytes.count / 2)) : bytes
    while file.contents.count < Int(offset) + written.count { file.contents.append(0) }
    file.contents.replaceSubrange(Int(offset)..<Int(offset) + written.count, with: written)
    files[number] = file
    try finish()
  }

  func synchronize(_ path: String) throws(FileError) {
    _ = try step()
    guard let number = names[path], let file = files[number] else { throw .notFound }
    files[number]?.safe = file.contents
    try finish()
  }

  func rename(_ from: String, to: String) throws(FileError) {
    _ = try step()
    guard let number = names.removeValue(forKey: from) else { throw .notFound }
    names[to] = number
    try finish()
  }

  func remove(_ path: String) throws(FileError) {
    _ = try step()
    names[path] = nil
    try finish()
  }

  func synchronizeDirectory(_ path: String) throws(FileError) {
    _ = try step()
    for name in Set(names.keys).union(safeNames.keys) where name.hasPrefix(path + "/") { safeNames[name] = names[name] }
    try finish()
  }

  func makeDirectory(_ path: String) throws(FileError) { _ = try step() }

  func list(_ path: String) throws(FileError) -> [String] {
    names.keys.filter { $0.hasPrefix(path + "/") }.map { String($0.dropFirst(path.count + 1)) }
  }
}
