import CBoard
import Foundation
import WireFormat

/// Writes an image to a card, or to a file in its place, and reads it back from the card itself.
public struct CardWriter {
  public var progress: (String, Double, String) -> Void
  public var isInterrupted: () -> Bool

  public init(
    progress: @escaping (String, Double, String) -> Void = { _, _, _ in },
    isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.progress = progress
    self.isInterrupted = isInterrupted
  }

  private static let chunk = 4 << 20

  /// Writes all of `image` to the start of `target` and compares SHA-256 of what went in with what reads back.
  ///
  /// - Returns: the digest in hexadecimal.
  public func write(image: String, to target: String) throws(FlashError) -> String {
    let source = try FileSource(image)
    // O_EXCL on a block device: the kernel refuses where it is mounted or otherwise in use.
    let output = open(target, O_WRONLY | O_EXCL | O_CLOEXEC)
    guard output >= 0 else {
      let remedy =
        switch errno {
        case EBUSY: "it is in use: unmount all of its partitions"
        case EACCES, EPERM: "run this as root (sudo), or give your account the right to the device"
        case EROFS: "it is write-protected"
        default: "is the card in?"
        }
      throw .system(target, "it cannot be opened for writing", errno, remedy: remedy)
    }
    var open = true
    defer { if open { close(output) } }
    var state = cboard_sha256_state()
    cboard_sha256_begin(&state)
    var offset: UInt64 = 0
    while offset < source.size {
      if isInterrupted() {
        throw FlashError(
          "interrupted; \(target) holds a part of the image and does not boot: write it again", code: 130)
      }
      let bytes = try source.bytes(at: offset, count: Self.chunk)
      guard !bytes.isEmpty else {
        throw FlashError("\(image) became shorter while it was read: nobody else may write it")
      }
      cboard_sha256_update(&state, bytes, bytes.count)
      try BlockWrite.all(output, bytes, bytes.count, at: offset, path: target)
      offset += UInt64(bytes.count)
      // Else the bar would stand at the end for as long as the kernel's cache takes.
      if offset % (64 << 20) == 0 { fdatasync(output) }
      progress("writing", Double(offset) / Double(source.size), SystemText.size(offset))
    }
    // EINVAL: there is nothing to be brought anywhere.
    guard fsync(output) == 0 || errno == EINVAL else {
      throw .system(target, "what was written did not arrive", errno, remedy: "the card is worn out or was taken out")
    }
    posix_fadvise(output, 0, 0, POSIX_FADV_DONTNEED)
    open = false
    guard close(output) == 0 else {
      throw .system(target, "what was written did not arrive", errno, remedy: "the card is worn out or was taken out")
    }
    let written = Self.finish(&state)
    let found = try digest(of: target, count: source.size)
    guard found == written else {
      throw FlashError(
        "\(target) reads back otherwise than it was written (\(found.prefix(16))…, not \(written.prefix(16))…): "
          + "the card is worn out or not as large as it says; use another one")
    }
    return written
  }

  /// SHA-256 of the first `count` bytes, read from the device and not from the kernel's cache where it can be told so.
  func digest(of target: String, count: UInt64) throws(FlashError) -> String {
    var input = open(target, O_RDONLY | O_CLOEXEC | Self.direct)
    // Some file systems cannot; the cache was dropped by then.
    if input < 0, errno == EINVAL { input = open(target, O_RDONLY | O_CLOEXEC) }
    guard input >= 0 else {
      throw .system(target, "it cannot be read back", errno, remedy: "is the card still in?")
    }
    defer { close(input) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 4096)
    defer { buffer.deallocate() }
    var state = cboard_sha256_state()
    cboard_sha256_begin(&state)
    var done: UInt64 = 0
    while done < count {
      if isInterrupted() {
        throw FlashError("interrupted; \(target) was written but not verified: write it again", code: 130)
      }
      let got = read(input, buffer.baseAddress, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        throw .system(target, "reading back failed at \(SystemText.size(done))", errno, remedy: "use another card")
      }
      let used = Int(min(UInt64(got), count - done))
      cboard_sha256_update(&state, buffer.baseAddress, used)
      done += UInt64(used)
      progress("verifying", Double(done) / Double(count), SystemText.size(done))
    }
    return Self.finish(&state)
  }

  private static func finish(_ state: inout cboard_sha256_state) -> String {
    var digest = [UInt8](repeating: 0, count: Int(CBOARD_SHA256_BYTES))
    cboard_sha256_end(&state, &digest)
    return Hex.text(digest)
  }

  /// O_DIRECT, which the C library shows only to those who ask for GNU's own; its value is the architecture's.
  private static var direct: Int32 {
    #if arch(arm64) || arch(arm)
      0o200000
    #else
      0o40000
    #endif
  }
}
