import CBoard
import WireFormat

/// One segment's file while it is written: its name, its space, and the hash of what is in it. Allocates only in `init`.
struct SegmentFile: ~Copyable {
  private let path: UnsafeMutablePointer<CChar>
  private let pathLength: Int
  private let directory: String
  private let capacity: Int
  private var descriptor: Int32 = -1
  private var next: Int32 = -1
  private var hash = cboard_sha256_state()

  /// Bytes written so far.
  private(set) var length = 0

  init(directory: String, capacity: Int) {
    self.directory = directory
    self.capacity = capacity
    let text = Array((directory + "/000000.seg").utf8)
    path = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
    for (index, byte) in text.enumerated() { path[index] = CChar(bitPattern: byte) }
    path[text.count] = 0
    pathLength = text.count
  }

  deinit {
    if descriptor >= 0 { _ = cboard_close(descriptor) }
    if next >= 0 { _ = cboard_close(next) }
    path.deallocate()
  }

  private func setIndex(_ index: UInt32) {
    var rest = index
    for place in 0..<6 {
      path[pathLength - 5 - place] = CChar(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    }
  }

  /// Creates segment `index` with all its space, so that writing into it cannot fail for lack of any. Nothing of it is
  /// left behind after an error.
  mutating func prepare(_ index: UInt32) throws(JournalError) {
    guard index < 1_000_000 else { throw .noSpace }
    setIndex(index)
    let created = cboard_open(path, CBOARD_READ | CBOARD_WRITE | CBOARD_CREATE | CBOARD_EXCLUSIVE, 0o640)
    if created == -CBOARD_EEXIST { throw .runExists }
    try check(created)
    var result = cboard_allocate(created, 0, Int64(capacity))
    if result == -CBOARD_EINVAL || result == -CBOARD_EOPNOTSUPP { result = 0 }
    if result == 0 { result = cboard_fsync(created) }
    if result == 0 { result = cboard_fsync_directory(directory) }
    guard result == 0 else {
      _ = cboard_close(created)
      _ = cboard_unlink(path)
      throw JournalError(result: result)
    }
    next = created
  }

  /// Goes on with the segment prepared before.
  mutating func advance() {
    if descriptor >= 0 { _ = cboard_close(descriptor) }
    descriptor = next
    next = -1
    length = 0
    cboard_sha256_begin(&hash)
  }

  /// Takes back a prepared segment that is not needed.
  mutating func abandonPrepared() {
    guard next >= 0 else { return }
    _ = cboard_close(next)
    _ = cboard_unlink(path)
    next = -1
  }

  /// Writes at the end. After an error the bytes past `length` are undefined.
  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(JournalError) {
    try check(cboard_pwrite(descriptor, bytes.baseAddress, bytes.count, Int64(length)))
    cboard_sha256_update(&hash, bytes.baseAddress, bytes.count)
    length += bytes.count
  }

  /// Returns when everything written is on flash.
  func synchronize() throws(JournalError) { try check(cboard_fdatasync(descriptor)) }

  /// Cuts the file to `bytes`, puts it on flash and closes it.
  mutating func finish(at bytes: Int) throws(JournalError) {
    guard descriptor >= 0 else { return }
    var result = cboard_truncate(descriptor, Int64(bytes))
    if result == 0 { result = cboard_fsync(descriptor) }
    _ = cboard_close(descriptor)
    descriptor = -1
    try check(result)
  }

  /// SHA-256 of everything written to the segment, which is done with.
  mutating func digest() -> Digest { JournalDigest.finish(&hash) }
}
