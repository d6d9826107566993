import WireFormat

/// Why an upload was not taken.
public enum IncomingError: Error, Equatable, Sendable {
  case file(FileError)
  /// Longer than `limit` bytes.
  case tooLarge(limit: UInt64)
  /// A chunk that does not follow what is there: `expected` is the offset to go on from.
  case offset(expected: UInt64)
  /// The upload of this name is not complete: `have` bytes are there.
  case incomplete(have: UInt64)
  /// The bytes are not those the name promised; they were thrown away.
  case digest
}

/// Uploads that may be broken off and taken up again, one file each in a folder of their own, named by their SHA-256.
public struct IncomingStore<Files: FileSystem> {
  private let directory: String
  private let limit: UInt64
  private let kept: Int
  private var files: Files

  /// Uploads below `directory`, `limit` bytes each; beginning one more than `kept` throws the others away.
  public init(directory: String, limit: UInt64 = UInt64(SignedBundle.maximumBytes), kept: Int = 4, files: Files) {
    self.directory = directory
    self.limit = limit
    self.kept = kept
    self.files = files
  }

  /// Begins or takes up the upload of `length` bytes; returns how many are there already.
  public mutating func begin(_ digest: Digest, length: UInt64) throws(IncomingError) -> UInt64 {
    guard length <= limit else { throw .tooLarge(limit: limit) }
    do throws(FileError) {
      try files.makeDirectory(directory)
      if let have = try? files.size(path(digest)) {
        if have <= length { return have }
        try files.remove(path(digest))
      }
      let names = try files.list(directory)
      if names.count >= kept { for name in names { try files.remove(directory + "/" + name) } }
      try files.create(path(digest))
      return 0
    } catch {
      throw .file(error)
    }
  }

  /// Adds `bytes` at `offset`, which must be where the upload ends; returns the new end.
  public mutating func add(_ digest: Digest, offset: UInt64, _ bytes: [UInt8]) throws(IncomingError) -> UInt64 {
    let have = try size(digest)
    guard have == offset else { throw .offset(expected: have) }
    guard offset + UInt64(bytes.count) <= limit else { throw .tooLarge(limit: limit) }
    do throws(FileError) {
      try files.write(path(digest), bytes, at: offset)
    } catch {
      throw .file(error)
    }
    return offset + UInt64(bytes.count)
  }

  /// The whole upload of `length` bytes, checked against its name.
  public mutating func finish(_ digest: Digest, length: UInt64) throws(IncomingError) -> [UInt8] {
    let have = try size(digest)
    guard have == length else { throw .incomplete(have: have) }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.read(path(digest), maximum: Int(clamping: limit))
    } catch {
      throw .file(error)
    }
    guard Digest.sha256(bytes) == digest else {
      try remove(digest)
      throw .digest
    }
    return bytes
  }

  /// Throws an upload away, complete or not.
  public mutating func remove(_ digest: Digest) throws(IncomingError) {
    do throws(FileError) {
      try files.remove(path(digest))
    } catch {
      throw .file(error)
    }
  }

  private mutating func size(_ digest: Digest) throws(IncomingError) -> UInt64 {
    do throws(FileError) {
      return try files.size(path(digest))
    } catch {
      throw .file(error)
    }
  }

  private func path(_ digest: Digest) -> String { directory + "/" + digest.description }
}
