import CBoard

/// The real file system.
public struct BoardFiles: FileSystem {
  public init() {}

  public func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
    let file = try open(path, CBOARD_READ)
    defer { _ = cboard_close(file) }
    var size: Int64 = 0
    try check(cboard_file_size(file, &size))
    guard size <= Int64(maximum) else { throw .tooLarge }
    var got: Int64 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { target, count in
      got = cboard_pread(file, target.baseAddress, target.count, 0)
      count = Int(Swift.max(got, 0))
    }
    if got < 0 { throw FileError(result: Int32(truncatingIfNeeded: got)) }
    return bytes
  }

  public func size(_ path: String) throws(FileError) -> UInt64 {
    var size: Int64 = 0
    try check(cboard_path_size(path, &size))
    return UInt64(size)
  }

  public func create(_ path: String) throws(FileError) {
    try check(cboard_close(open(path, CBOARD_WRITE | CBOARD_CREATE | CBOARD_TRUNCATE)))
  }

  public func write(_ path: String, _ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    let file = try open(path, CBOARD_WRITE)
    let result = cboard_pwrite(file, bytes, bytes.count, Int64(clamping: offset))
    _ = cboard_close(file)
    try check(result)
  }

  public func synchronize(_ path: String) throws(FileError) {
    let file = try open(path, CBOARD_READ)
    let result = cboard_fsync(file)
    _ = cboard_close(file)
    try check(result)
  }

  public func rename(_ from: String, to: String) throws(FileError) { try check(cboard_rename(from, to)) }

  public func remove(_ path: String) throws(FileError) {
    let result = cboard_unlink(path)
    if result != -CBOARD_ENOENT { try check(result) }
  }

  public func synchronizeDirectory(_ path: String) throws(FileError) { try check(cboard_fsync_directory(path)) }

  public func makeDirectory(_ path: String) throws(FileError) { try check(cboard_make_directories(path, 0o750)) }

  public func list(_ path: String) throws(FileError) -> [String] {
    var handle: UnsafeMutableRawPointer?
    try check(cboard_directory_open(path, &handle))
    defer { cboard_directory_close(handle) }
    var names: [String] = []
    var name = [CChar](repeating: 0, count: 256)
    while true {
      let result = cboard_directory_next(handle, &name, name.count)
      try check(result)
      if result == 0 { return names }
      var bytes: [UInt8] = []
      for character in name {
        if character == 0 { break }
        bytes.append(UInt8(bitPattern: character))
      }
      names.append(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func open(_ path: String, _ flags: UInt32) throws(FileError) -> Int32 {
    let file = cboard_open(path, flags, 0o640)
    try check(file)
    return file
  }

  private func check(_ result: Int32) throws(FileError) {
    if result < 0 { throw FileError(result: result) }
  }
}
